// The table of access: every function of lib/panel that acts for somebody, and what comes of it for each kind of asker.
// A function without a row fails access-table.test.ts, and so does one that does otherwise than its row says.
import { password, type World } from './access-world.ts'

/**
 * One letter for each of `kinds` of access-world.ts, in groups: roles in the panel, roles in the project, a developer of another
 * project, a token of the project (developer).
 * y = let in (what comes afterwards is the function's own matter), f = forbidden, n = not_found, e = an answer without anything
 * of the project.
 */
export type Outcomes = string
type Row = [outcomes: Outcomes, input: (world: World) => unknown]

const looks: Outcomes = 'yyyy yyy n y'
const lists: Outcomes = 'yyyy yyy e y'
const deploys: Outcomes = 'yyyf yyf n y'
const configures: Outcomes = 'yyff yff n f'
/** What only the panel's own roles decide, and who has an environment there knows that it exists. */
const panel: Outcomes = 'yyff fff f f'
const servers: Outcomes = 'yyff fff n f'
const ownPerson: Outcomes = 'yyyy yyy y f'
/** By people alone, in the panel or in projects. */
const people: Outcomes = 'yyff yff f f'

const nothing = () => ({})
const environment = ({ environmentId }: World) => ({ environmentId })
const byEnvironmentId = ({ environmentId }: World) => ({ id: environmentId })
const project = ({ projectId }: World) => ({ id: projectId })
const server = ({ serverId }: World) => ({ id: serverId })
const deployment = ({ deploymentId }: World) => ({ id: deploymentId })
const release = ({ environmentId }: World) => ({ environmentId, number: 1 })
const hook = ({ environmentId }: World) => ({ environmentId, event: 'after.pull' })
const file = ({ environmentId, fileId }: World) => ({ environmentId, id: fileId })
const place = ({ serverId }: World) => [{ serverId, root: `/srv/${Math.random()}` }]
const weekly = { kind: 'weekly', at: '16:00', hours: 2 }
const shop = { name: 'New', repositoryUrl: 'https://git.example/new.git' }

export const table: Record<string, Row> = {
  'audit.exportAudit': ['yyff yff f f', nothing],
  'audit.listAudit': ['yyff yff f f', nothing],
  'blueprint.applyBlueprint': [
    panel,
    () => ({ text: 'fairlead: 1\nproject: {slug: new, name: New, repositoryUrl: "https://git.example/new.git"}\n' }),
  ],
  'blueprint.exportProject': [deploys, project],
  'channels.createChannel': [
    configures,
    ({ projectId }) => ({ projectId, name: 'Chat', config: { kind: 'slack', url: 'https://chat.example/x' } }),
  ],
  'channels.listChannels': [looks, ({ projectId }) => ({ projectId })],
  'channels.removeChannel': [configures, ({ channelId }) => ({ id: channelId })],
  'channels.testChannel': [configures, ({ channelId }) => ({ id: channelId })],
  'channels.updateChannel': [configures, ({ channelId }) => ({ id: channelId, name: 'Chat' })],
  'commits.readCommits': [deploys, environment],
  'compare.compareReleases': [looks, ({ environmentId }) => ({ environmentId, from: 1, to: 1 })],
  'deliveries.listDeliveries': [looks, ({ projectId }) => ({ projectId })],
  'deliveries.redeliver': [deploys, ({ deliveryId }) => ({ id: deliveryId })],
  'deployment-wishes.cancelDeployment': [deploys, deployment],
  'deployment-wishes.continueDeployment': [deploys, deployment],
  'deployment-wishes.giveUpDeployment': [deploys, deployment],
  'deployments.getDeployment': [looks, deployment],
  'deployments.listDeployments': [looks, environment],
  'deployments.requestDeployment': [deploys, environment],
  'drift.listDrift': [looks, environment],
  'drift.lookForDrift': [deploys, environment],
  'drift.syncServers': [deploys, environment],
  'environment-clone.cloneEnvironment': [
    configures,
    (world) => ({ environmentId: world.environmentId, name: 'Clone', servers: place(world) }),
  ],
  'environment-servers.addEnvironmentServer': [
    configures,
    (world) => ({ environmentId: world.environmentId, ...place(world)[0] }),
  ],
  'environment-servers.removeEnvironmentServer': [
    configures,
    ({ environmentId, serverId }) => ({ environmentId, serverId }),
  ],
  'environments-page.listEnvironmentPage': [lists, nothing],
  'environments.createEnvironment': [
    // The project is a field of what is typed: one that isn't seen doesn't exist there.
    configures,
    (world) => ({ projectId: world.projectId, name: 'New', branch: 'main', servers: place(world) }),
  ],
  'environments.getEnvironment': [looks, byEnvironmentId],
  'environments.listEnvironments': [lists, nothing],
  'environments.removeEnvironment': [configures, byEnvironmentId],
  'environments.updateEnvironment': [configures, ({ environmentId }) => ({ id: environmentId, branch: 'next' })],
  'events.readEvents': [looks, deployment],
  'events.readLog': [looks, deployment],
  'events.readRawLog': [looks, deployment],
  'files-apply.applyConfigFiles': [deploys, environment],
  'files-apply.revertConfigFile': [configures, (world) => ({ ...file(world), number: 1 })],
  'files.listConfigFileRevisions': [looks, file],
  'files.listConfigFiles': [looks, environment],
  'files.readConfigFile': [deploys, file],
  'files.removeConfigFile': [configures, file],
  'files.saveConfigFile': [configures, ({ environmentId }) => ({ environmentId, path: 'config/new', content: 'A' })],
  'following.followAgain': [deploys, environment],
  'following.readFollowing': [looks, environment],
  'following.saveTriggers': [configures, ({ environmentId }) => ({ environmentId, triggers: { isOn: true } })],
  'freezes.addFreeze': [
    configures,
    ({ projectId }) => ({ projectId, reason: 'Holidays', window: { ...weekly, day: 6, timeZone: 'UTC' } }),
  ],
  'freezes.listFreezes': [looks, ({ projectId }) => ({ projectId })],
  'freezes.removeFreeze': [configures, ({ freezeId }) => ({ id: freezeId })],
  'holds.holdEnvironment': [configures, ({ environmentId }) => ({ environmentId, reason: 'Wait.' })],
  'holds.liftHold': [configures, environment],
  'hooks-check.checkScript': [configures, ({ environmentId }) => ({ environmentId, text: 'id' })],
  'hooks-history.listHookRevisions': [looks, hook],
  'hooks-history.revertHook': [configures, (world) => ({ ...hook(world), number: 1 })],
  'hooks.listHooks': [looks, environment],
  'hooks.removeHook': [configures, hook],
  'hooks.saveHook': [configures, (world) => ({ ...hook(world), text: 'date' })],
  'invitations.createInvitation': [
    'yyff yff n f',
    ({ mail, projectId }) => ({ email: mail, role: 'member', projects: [{ projectId, role: 'viewer' }] }),
  ],
  'invitations.listInvitations': [people, nothing],
  'invitations.revokeInvitation': [people, ({ invitationId }) => ({ id: invitationId })],
  'members.changeMemberRole': [panel, ({ mate }) => ({ id: mate.id, role: 'viewer' })],
  'members.changeProjectRole': [
    'yyff yff n f',
    ({ mate, projectId }) => ({ id: mate.id, projectId, role: 'developer' }),
  ],
  'members.listMembers': [people, nothing],
  'members.removeMember': [panel, ({ mate }) => ({ id: mate.id })],
  'messages.listMessages': [looks, ({ projectId }) => ({ projectId })],
  'messages.sendAgain': [configures, ({ messageId }) => ({ id: messageId })],
  'overview.readOverview': [lists, nothing],
  'people-password.changePassword': [ownPerson, () => ({ current: password, password: 'another long password' })],
  'people-tokens.createToken': [ownPerson, () => ({ name: 'x', role: 'viewer' })],
  'people-tokens.listTokens': [ownPerson, nothing],
  'people-tokens.revokeToken': [ownPerson, ({ tokenId }) => ({ id: tokenId })],
  'people.endOtherSessions': [ownPerson, ({ sessionId }) => ({ session: sessionId })],
  'people.endSession': [ownPerson, ({ sessionId }) => ({ id: sessionId })],
  'people.listSessions': [ownPerson, nothing],
  'preview.previewPlan': [deploys, environment],
  'projects.createProject': [panel, () => shop],
  'projects.getProject': [looks, project],
  'projects.listProjects': [lists, nothing],
  'projects.readBranches': [looks, project],
  'projects.removeProject': [configures, project],
  'projects.updateProject': [configures, ({ projectId }) => ({ id: projectId, name: 'Renamed' })],
  'promote.promoteRelease': [deploys, (world) => ({ ...release(world), to: world.environmentId })],
  'promote.redeployRelease': [deploys, release],
  'release-removal.removeRelease': [deploys, release],
  'releases.activateRelease': [deploys, release],
  'releases.listReleases': [looks, environment],
  'releases.rollBack': [deploys, environment],
  'runs.listRuns': [looks, environment],
  'schedules.addSchedule': [configures, ({ environmentId }) => ({ environmentId, cron: '0 3 * * *' })],
  'schedules.listSchedules': [looks, environment],
  'schedules.removeSchedule': [configures, ({ scheduleId }) => ({ id: scheduleId })],
  'schedules.updateSchedule': [configures, ({ scheduleId }) => ({ id: scheduleId, cron: '0 4 * * *' })],
  'search.search': [lists, () => ({ text: '' })],
  'server-logs.listLogFiles': [looks, environment],
  'server-logs.readLogText': [looks, ({ environmentId }) => ({ environmentId, path: 'app.log' })],
  'servers.addServer': [panel, () => ({ name: `s${Math.random()}`, host: '192.0.2.9', user: 'deploy' })],
  'servers.checkServer': [servers, server],
  'servers.confirmHostKey': [servers, ({ serverId }) => ({ id: serverId, fingerprint: `SHA256:${'A'.repeat(43)}` })],
  'servers.getServer': [servers, server],
  'servers.listServerChoices': ['yyee yee e e', nothing],
  'servers-page.listServerPage': ['yyee eee e e', nothing],
  // By name, servers are met in environments: the list is for those who configure the panel.
  'servers.listServers': ['yyee eee e e', nothing],
  'servers.readHostKey': [servers, server],
  'servers.removeServer': [servers, server],
  'servers.updateServer': [servers, ({ serverId }) => ({ id: serverId, jumpId: null })],
  'statistics.readStatistics': [looks, environment],
  'two-factor.beginTwoFactor': [ownPerson, () => ({ password })],
  'two-factor.confirmTwoFactor': [ownPerson, () => ({ code: '000000' })],
  'two-factor.endTwoFactor': [ownPerson, () => ({ password, code: '000000' })],
  'two-factor.readTwoFactor': [ownPerson, nothing],
  'two-factor.renewRecoveryCodes': [ownPerson, () => ({ password, code: '000000' })],
  'variables-apply.applyVariables': [deploys, environment],
  'variables-history.compareVariables': [looks, ({ environmentId }) => ({ environmentId, from: null, to: 1 })],
  'variables-history.listVariableSets': [looks, environment],
  'variables.changeVariables': [configures, ({ environmentId }) => ({ environmentId, set: { B: '2' } })],
  'variables.readVariables': [deploys, environment],
  'variables.revertVariables': [configures, ({ environmentId }) => ({ environmentId, number: 1 })],
  'variables.saveVariables': [configures, ({ environmentId }) => ({ environmentId, text: 'B=2' })],
  'webhooks.createWebhook': [configures, ({ projectId }) => ({ projectId, provider: 'github' })],
  'webhooks.listWebhooks': [configures, ({ projectId }) => ({ projectId })],
  'webhooks.removeWebhook': [configures, ({ webhookId }) => ({ webhookId })],
  'webhooks.rotateWebhookSecret': [configures, ({ webhookId }) => ({ webhookId })],
  'work.listWork': [lists, nothing],
}

/** Functions with an actor that nobody outside lib/panel gives one to, each with who looks before. */
export const inner: Record<string, string> = {
  'act.change': 'the transaction of functions that have looked',
  'blueprint-environment.applyEnvironment': 'calls functions of the table',
  'blueprint-files.applyFiles': 'calls functions of the table',
  'blueprint-lists.applyChannels': 'calls functions of the table',
  'blueprint-lists.applyFreezes': 'calls functions of the table',
  'blueprint-lists.applySchedules': 'calls functions of the table',
  'blueprint-lists.channelsAsCode': 'calls functions of the table',
  'blueprint-lists.freezesAsCode': 'calls functions of the table',
  'blueprint-lists.schedulesAsCode': 'calls functions of the table',
  'blueprint-variables.applyVariables': 'calls functions of the table',
  'blueprint-variables.variablesAsCode': 'calls functions of the table',
  'once.once': 'runs a function of the table, once',
  'queue.enqueue': 'the looking part of every function that deploys',
  'watch.watchDeployments': 'tells where to look, of what is seen alone: attack 28 in access-attacks.test.ts',
  'work.watchWork': 'tells what listWork gives',
}

/** What pages, actions and routes call without an actor, and what protects it: this is all that is open to those signed out. */
export const open: Record<string, string> = {
  acceptInvitation: 'the invitation’s secret',
  actorOfBearer: 'finds out who asks',
  createOwner: 'the set-up token, while there is no owner',
  isDatabaseAway: 'no data',
  isSetUp: 'says only whether there is an owner',
  openContext: 'no data',
  readInvitation: 'the invitation’s secret',
  readSession: 'finds out who asks',
  receive: 'the signature of the delivery',
  signIn: 'finds out who asks',
}
