// The lines of the palette: what was found, and what can be done with it, for what was typed. Pure.
import type { EnvironmentHit, SearchView } from '@/lib/api/shapes-overview.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { placesFor, type Reach } from '../places.ts'
import { parts, type Wish } from './wish.ts'

/** What choosing a line does. `type` goes on in the palette with another text; `commits` lets one pick a commit. */
export type Act =
  | { do: 'go'; href: string }
  | { do: 'type'; text: string }
  | { do: 'shortcuts' }
  | { do: 'commits'; environment: EnvironmentHit }
  | { do: 'deploy'; environmentId: string; ref: string | undefined }
  | { do: 'rollBack'; environmentId: string }
export type Command = { id: string; title: string; detail?: string; act: Act }
export type Group = { name: string; commands: Command[] }

export const nothingFound: SearchView = { environments: [], servers: [], projects: [], releases: [] }

const deploying: Command[] = [
  { id: 'deploy', title: 'Deploy …', detail: 'deploy [commit to] environment', act: { do: 'type', text: 'deploy ' } },
  { id: 'back', title: 'Roll back …', detail: 'roll back environment', act: { do: 'type', text: 'roll back ' } },
]

/** Pages, and actions that want a place to be named. */
export function fixedCommands(reach: Reach): Command[] {
  const pages = placesFor(reach).map(({ href, word }) => go(href, `Go to ${word.toLowerCase()}`, href))
  return [
    ...(reach.deploy ? deploying : []),
    ...pages,
    ...(reach.configure ? [go('new environment', 'Make an environment', '/environments/new')] : []),
    ...(reach.servers
      ? [go('new project', 'Add a project', '/projects/new'), go('new server', 'Add a server', '/servers/new')]
      : []),
    { id: 'shortcuts', title: 'Keyboard shortcuts', act: { do: 'shortcuts' } },
  ]
}

/** Groups without a line are left out. */
export function groupsFor(wish: Wish, found: SearchView, fixed: Command[]): Group[] {
  const groups =
    wish.do === 'find'
      ? [
          { name: 'Environments', commands: found.environments.flatMap(findingLines) },
          { name: 'Releases', commands: found.releases.map(releaseLine) },
          {
            name: 'Servers',
            commands: found.servers.map(({ id, name, host }) => go(`server ${id}`, name, `/servers/${id}`, host)),
          },
          { name: 'Projects', commands: found.projects.map(projectLine) },
          { name: 'Pages and actions', commands: fixed.filter(({ title }) => holds(title, wish.words)) },
        ]
      : [{ name: nameOf(wish), commands: found.environments.flatMap((environment) => actionLines(wish, environment)) }]
  return groups.filter(({ commands }) => commands.length > 0)
}

const titleOf = ({ project, name }: EnvironmentHit): string => `${project} / ${name}`

function go(id: string, title: string, href: string, detail?: string): Command {
  return { id, title, ...(detail === undefined ? {} : { detail }), act: { do: 'go', href } }
}

/** The first environment, which is the one that is looked at or meant most likely, with what can be done there. */
function findingLines(environment: EnvironmentHit, index: number): Command[] {
  const { id, live, servers } = environment
  const detail = live ? `${live.number} is live: ${live.subject}` : servers.join(', ')
  const open = go(`environment ${id}`, titleOf(environment), `/environments/${id}`, detail)
  if (index > 0) return [open]
  const variables = actionLines({ do: 'open', part: 'variables', words: '' }, environment)
  return [open, ...deployLines(environment, null), ...rollBackLines(environment), ...variables]
}

function actionLines(wish: Exclude<Wish, { do: 'find' }>, environment: EnvironmentHit): Command[] {
  if (wish.do === 'deploy') return deployLines(environment, wish.ref)
  if (wish.do === 'rollBack') return rollBackLines(environment)
  const { part } = wish
  if (part === 'variables' && !environment.mayReadVariables) return []
  const { word, path } = parts[part]
  const title = `Go to ${word.toLowerCase()} of ${titleOf(environment)}`
  return [go(`${part} ${environment.id}`, title, `/environments/${environment.id}${path}`)]
}

function deployLines(environment: EnvironmentHit, ref: string | null): Command[] {
  const { id, branch, mayDeploy } = environment
  if (!mayDeploy) return []
  const act = { do: 'deploy', environmentId: id, ref: ref ?? undefined } as const
  if (ref !== null) return [{ id: `deploy ${id}`, title: `Deploy ${shortSha(ref)} to ${titleOf(environment)}`, act }]
  return [
    { id: `deploy ${id}`, title: `Deploy ${titleOf(environment)}`, detail: `the newest commit of ${branch}`, act },
    { id: `commits ${id}`, title: `Deploy a commit to ${titleOf(environment)} …`, act: { do: 'commits', environment } },
  ]
}

function rollBackLines(environment: EnvironmentHit): Command[] {
  const { id, rollBackTo, isBusy, mayDeploy } = environment
  if (!rollBackTo || isBusy || !mayDeploy) return []
  const title = `Roll back ${titleOf(environment)} to ${rollBackTo.number}`
  return [{ id: `back ${id}`, title, detail: rollBackTo.subject, act: { do: 'rollBack', environmentId: id } }]
}

function releaseLine({
  deploymentId,
  number,
  revision,
  subject,
  environment,
}: SearchView['releases'][number]): Command {
  const title = `${environment}, release ${number}`
  return go(`release ${deploymentId}`, title, `/deployments/${deploymentId}`, `${shortSha(revision)} ${subject}`)
}

function projectLine({ id, name, repositoryUrl }: SearchView['projects'][number]): Command {
  return go(`project ${id}`, name, `/projects/${id}`, repositoryUrl)
}

function nameOf(wish: Exclude<Wish, { do: 'find' }>): string {
  return wish.do === 'deploy' ? 'Deploy' : wish.do === 'rollBack' ? 'Roll back' : parts[wish.part].word
}

function holds(title: string, words: string): boolean {
  const text = title.toLowerCase()
  return words
    .toLowerCase()
    .split(' ')
    .every((word) => text.includes(word))
}
