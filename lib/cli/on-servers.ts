// `--server` and `--only-outdated`: which servers of an environment a command is for.
import { clean } from './terminal.ts'

export type OnServers = { servers: string[]; onlyOutdated: boolean }

/** As the API takes it; nothing when it is for all of them. */
export function serversAsked({ servers, onlyOutdated }: OnServers): { servers?: string[]; onlyOutdated?: true } {
  return { ...(servers.length > 0 ? { servers } : {}), ...(onlyOutdated ? { onlyOutdated } : {}) }
}

/** As it is typed at a shell, for a command that does the same. */
export function serversTyped({ servers, onlyOutdated }: OnServers): string {
  const names = servers.map((name) => ` --server '${clean(name).replaceAll("'", `'\\''`)}'`).join('')
  return names + (onlyOutdated ? ' --only-outdated' : '')
}
