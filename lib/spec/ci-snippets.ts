// What a pipeline needs to deploy: it fetches the program from the panel, and follows the deployment to its end. The token is a secret of
// the pipeline's own, and stands in none of these texts.
import { stringify } from 'yaml'
import { quote } from '../deploy/quote.ts'

/** `project` and `environment` as in addresses; `branch`: whose pushes run the pipeline. */
export type Deployed = { url: string; project: string; environment: string; branch: string }

/** `.github/workflows/deploy.yml` */
export function githubWorkflow({ url, project, environment, branch }: Deployed): string {
  return text({
    name: `Deploy ${project}/${environment}`,
    // A plus would be a wildcard.
    on: { push: { branches: [branch.replaceAll('+', String.raw`\+`)] } },
    permissions: {},
    jobs: {
      deploy: {
        'runs-on': 'ubuntu-latest',
        steps: [
          { uses: 'actions/setup-node@v4', with: { 'node-version': 22 } },
          {
            run: `${script({ project, environment }, '$GITHUB_SHA', 'github-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT').join('\n')}\n`,
            env: { FAIRLEAD_URL: addressOf(url), FAIRLEAD_TOKEN: '${{ secrets.FAIRLEAD_TOKEN }}' },
          },
        ],
      },
    },
  })
}

/** A job of `.gitlab-ci.yml`; the token comes from a masked variable of the project. */
export function gitlabJob({ url, project, environment, branch }: Deployed): string {
  return text({
    [`deploy ${project}/${environment}`]: {
      image: 'node:22',
      rules: [{ if: `$CI_COMMIT_BRANCH == "${branch}"` }],
      // GitLab puts other variables into this one.
      variables: { GIT_STRATEGY: 'none', FAIRLEAD_URL: addressOf(url).replaceAll('$', '$$$$') },
      script: script({ project, environment }, '$CI_COMMIT_SHA', 'gitlab-$CI_JOB_ID'),
    },
  })
}

/** The same key on a repeated request deploys once; a job that is run again deploys again. */
function script(
  { project, environment }: { project: string; environment: string },
  sha: string,
  key: string,
): string[] {
  return [
    'curl -fsSLo fairlead.mjs "$FAIRLEAD_URL/api/cli/fairlead.mjs"',
    `node fairlead.mjs deploy ${quote(`${project}/${environment}`)} "${sha}" --unless-older --follow --key "${key}"`,
  ]
}

/** Braces, which GitHub would read, are none in an address. */
function addressOf(url: string): string {
  return new URL(url).href.replaceAll('{', '%7B').replaceAll('}', '%7D').replace(/\/+$/, '')
}

function text(value: object): string {
  return stringify(value, { lineWidth: 0 })
}
