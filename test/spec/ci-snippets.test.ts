// The texts that pipelines are made of, read back as their hosts read them.
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { githubWorkflow, gitlabJob } from '@/lib/spec/ci-snippets.ts'

const deployed = { url: 'https://deploy.example.org/', project: 'shop', environment: 'production', branch: 'main' }
const fetched = 'curl -fsSLo fairlead.mjs "$FAIRLEAD_URL/api/cli/fairlead.mjs"'

describe('what a pipeline is given', () => {
  it('is a workflow of GitHub', () => {
    expect(parse(githubWorkflow(deployed))).toMatchObject({
      on: { push: { branches: ['main'] } },
      jobs: {
        deploy: {
          steps: [
            { uses: 'actions/setup-node@v4' },
            {
              run: `${fetched}\nnode fairlead.mjs deploy 'shop/production' "$GITHUB_SHA" --unless-older --follow --key "github-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT"\n`,
              env: { FAIRLEAD_URL: 'https://deploy.example.org', FAIRLEAD_TOKEN: '${{ secrets.FAIRLEAD_TOKEN }}' },
            },
          ],
        },
      },
    })
  })

  it('is a job of GitLab, which reads no token from it', () => {
    expect(parse(gitlabJob(deployed))).toEqual({
      'deploy shop/production': {
        image: 'node:22',
        rules: [{ if: '$CI_COMMIT_BRANCH == "main"' }],
        variables: { GIT_STRATEGY: 'none', FAIRLEAD_URL: 'https://deploy.example.org' },
        script: [
          fetched,
          `node fairlead.mjs deploy 'shop/production' "$CI_COMMIT_SHA" --unless-older --follow --key "gitlab-$CI_JOB_ID"`,
        ],
      },
    })
  })

  it('means what it says whatever stands in addresses and names', () => {
    const odd = { ...deployed, url: 'https://panel.example.org/a b/${{ x }}/$HOME: #', branch: 'no+on' }
    const github = parse(githubWorkflow(odd)) as {
      on: { push: { branches: string[] } }
      jobs: { deploy: { steps: [object, { env: { FAIRLEAD_URL: string } }] } }
    }
    expect(github.on.push.branches).toEqual([String.raw`no\+on`])
    expect(github.jobs.deploy.steps[1].env.FAIRLEAD_URL).toBe(
      'https://panel.example.org/a%20b/$%7B%7B%20x%20%7D%7D/$HOME:%20#',
    )
    const gitlab = parse(gitlabJob(odd)) as Record<string, { variables: { FAIRLEAD_URL: string } }>
    expect(gitlab['deploy shop/production']?.variables.FAIRLEAD_URL).toContain('/$$HOME:%20#')
  })
})
