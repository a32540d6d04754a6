// The variables that every hook sees, in Amezmo's spellings (seeds §1.3) and ours.
import type { PlanEnvironment, PlanServer } from './plan-input.ts'

type ExportsInput = {
  environment: PlanEnvironment
  server: PlanServer
  deployment: number
  release: string
  revision: string
  /** Name of the release being left; empty when there is none. */
  previousRelease: string
}

/**
 * name → value. Not here: TARGET_HOOK and FAIRLEAD_HOOK (each hook's own name, set by the program as it runs the hook) and
 * the environment's variable set. Directories are absolute and end without a slash; what isn't known is the empty string.
 */
export function planExports({
  environment,
  server,
  deployment,
  release,
  revision,
  previousRelease,
}: ExportsInput): Record<string, string> {
  const root = environment.root
  const directory = `${root}/release/${release}`
  const storage = `${root}/storage`
  return {
    APPLICATION_ROOT: directory,
    DEPLOYMENT_DIRECTORY: directory,
    RELEASE_NUMBER: release,
    RELEASE_ID: release,
    COMMIT_ID: revision,
    REPO_NAME: environment.repoName,
    DEPLOY_BRANCH: environment.branch,
    ENVIRONMENT_NAME: environment.slug,
    APP_TYPE: environment.appType,
    APP_DOMAIN: environment.appDomain,
    PERSISTENT_STORAGE_DIRECTORY: storage,
    STORAGE_DIRECTORY: storage,
    NODE_PATH: `${root}/node_modules`,
    COMPOSER_MEMORY_LIMIT: '-1',
    FAIRLEAD_ROOT: root,
    FAIRLEAD_RELEASE_DIRECTORY: directory,
    FAIRLEAD_RELEASE: release,
    FAIRLEAD_PREVIOUS_RELEASE: previousRelease,
    FAIRLEAD_REVISION: revision,
    FAIRLEAD_REPOSITORY: environment.repoName,
    FAIRLEAD_BRANCH: environment.branch,
    FAIRLEAD_PROJECT: environment.project,
    FAIRLEAD_ENVIRONMENT: environment.slug,
    FAIRLEAD_SERVER: server.name,
    FAIRLEAD_DEPLOYMENT: String(deployment),
    FAIRLEAD_APP_TYPE: environment.appType,
    FAIRLEAD_APP_DOMAIN: environment.appDomain,
    FAIRLEAD_STORAGE_DIRECTORY: storage,
    FAIRLEAD_LOGS_DIRECTORY: `${root}/logs`,
  }
}
