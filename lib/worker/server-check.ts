// The check of a server: what a deployment will meet there, asked over connections of its own, as a person can act on it.
import { randomBytes } from 'node:crypto'
import { parseCheck, refusedCheck, verdictOf } from '@/lib/deploy/check.ts'
import type { CheckLine, CheckReport } from '@/lib/deploy/check.ts'
import { checkProgram } from '@/lib/deploy/programs.ts'
import type { CheckInput } from '@/lib/deploy/programs.ts'
import type { Connection, Permissions, ServerAddress } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { shownOptions } from '@/lib/spec/options.ts'
import { fileCommands } from '@/lib/spec/file-commands.ts'
import { restartUsers, rootCommands } from '@/lib/spec/presets.ts'
import type { AskedServer } from '@/lib/store/asked.ts'
import { serverAddress } from './addresses.ts'
import { answerOf } from './exchange.ts'
import type { Answerer } from './questions.ts'
import { within } from './within.ts'

/** Where environments are put unless somebody says otherwise. */
const defaultRoot = '/webroot'

/** A root with what its environment needs there; `owner` as servers record it, null when no environment uses it yet. */
type Place = CheckInput & { mine: string | null; adopt: boolean }

/**
 * Checks `root`, or every root that environments have on the server (`/webroot` when there is none). A server that can't be
 * reached, or doesn't let us in, is a report too. PanelError conflict when nobody has confirmed its host key.
 */
export async function checkServer(
  { secrets, panelId }: Pick<Answerer, 'secrets' | 'panelId'>,
  server: AskedServer,
  root: string | null,
  signal: AbortSignal,
): Promise<CheckReport> {
  if (server.hostKey === null) throw new PanelError('conflict', 'Confirm the host key of this server first.')
  const address = serverAddress(server, secrets)
  const [first, ...others] = placesOf(server, root, panelId)
  const token = randomBytes(16).toString('hex')
  try {
    // Two logins with a log-out between them: servers that end what was left behind do it then.
    await loggedIn(address, signal, (connection) =>
      answerOf(connection, checkProgram({ ...bare(first.root), survival: { plant: token } })),
    )
    return await loggedIn(address, signal, async (connection) => {
      const roundTripMs = await fastestTrip(connection)
      const ask = async (place: Place): Promise<CheckReport> => {
        const answer = await answerOf(connection, checkProgram(place))
        return parseCheck(answer, { ...place, nowMs: Date.now(), roundTripMs })
      }
      const lines = (await ask({ ...first, survival: { verify: token } })).lines
      for (const place of others)
        lines.push(...(await ask(place)).lines.filter(({ id }) => isOfPlace(id)).map((line) => at(place, line)))
      return { lines, verdict: verdictOf(lines) }
    })
  } catch (error) {
    if (signal.aborted || !(error instanceof PanelError)) throw error
    return refusedCheck(error, { user: server.user, publicKey: server.publicKey })
  }
}

function placesOf(server: AskedServer, root: string | null, panelId: string): [Place, ...Place[]] {
  const targets = server.targets.filter((target) => root === null || target.root === root)
  const [first, ...others] = targets.map(({ environment, adopt, root: path }): Place => {
    const { owner, group, mode } = environment.permissions as Permissions
    const options = shownOptions(environment.options)
    const hooks = environment.hooks.flatMap(({ user, text }) => (user === null || text === null ? [] : [user]))
    const users = [...new Set([...hooks, ...restartUsers(options)])]
    const pass = mode === 'off' ? { groups: [], owner: null } : { groups: [group], owner }
    const files = environment.configFiles.flatMap(({ path, revisions }) =>
      revisions.filter(({ sha256 }) => sha256 !== null).flatMap((row) => fileCommands({ ...row, path })),
    )
    return {
      root: path,
      users,
      ...pass,
      commands: [...rootCommands(options), ...files],
      mine: `${panelId}/${environment.id}`,
      adopt,
    }
  })
  return first ? [first, ...others] : [{ ...bare(root ?? defaultRoot), mine: null, adopt: false }]
}

function bare(root: string): CheckInput {
  return { root, users: [], groups: [], owner: null, commands: [] }
}

/** A connection of its own, which is really ended afterwards. */
async function loggedIn<T>(
  address: ServerAddress,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connector = openConnector()
  try {
    return await within(signal, connector.connect(address, { signal }).then(work))
  } finally {
    // A dial that nobody waits for any more is left to end by itself.
    const closed = connector.close()
    if (!signal.aborted) await closed
  }
}

async function fastestTrip(connection: Connection): Promise<number> {
  const trips: number[] = []
  for (let i = 0; i < 3; i += 1) trips.push(await connection.roundTripMs())
  return Math.min(...trips)
}

/** Lines that differ from root to root of one server. */
function isOfPlace(id: string): boolean {
  return /^(disk|inodes|write|current|owner|users|user:.*|group:.*|sudo|restarts|files)$/.test(id)
}

function at({ root }: Place, line: CheckLine): CheckLine {
  return { ...line, id: `${line.id} ${root}`, label: `${line.label} (${root})` }
}
