// One look at a target: what is live there, and how a release compares with what was finished.
import { parseLook } from '@/lib/deploy/look.ts'
import type { Look } from '@/lib/deploy/look.ts'
import { lookProgram } from '@/lib/deploy/programs.ts'
import type { TargetContext } from '@/lib/deploy/programs.ts'
import type { Connection } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { serverAddress } from './addresses.ts'
import { Refusal, answerOf } from './exchange.ts'
import type { Target } from './ground.ts'
import { within } from './within.ts'
import type { Worker } from './worker.ts'

/** What looking needs of a worker. */
export type Looker = Pick<Worker, 'connector' | 'secrets' | 'panelId'>
export type Looked = Pick<Target, 'environmentId' | 'root' | 'server'>

/** Null = nothing was ever deployed to that root. @throws PanelError as connecting does, and when the server can't be asked. */
export async function lookAt(
  worker: Looker,
  target: Looked,
  wanted: Parameters<typeof lookProgram>[1],
  signal: AbortSignal,
): Promise<Look | null> {
  const program = lookProgram(bystander(worker, target), wanted)
  try {
    const answer = await withConnection(worker, target, signal, (connection) => answerOf(connection, program))
    return parseLook(answer)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.code === 'missing') return null
    throw new PanelError('unavailable', `${target.server.name} could not be looked at: ${error.code} ${error.detail}`)
  }
}

/** Who only looks has no epoch, and takes none. */
export function bystander({ panelId }: Looker, { environmentId, root }: Looked): TargetContext {
  return { root, owner: `${panelId}/${environmentId}`, epoch: '0', deployment: 0 }
}

/** @throws PanelError as connecting does, host_key_changed while nobody has confirmed the host key; the reason of `signal`. */
export async function withConnection<T>(
  { connector, secrets }: Looker,
  { server }: Looked,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  if (server.hostKey === null)
    throw new PanelError('host_key_changed', `Nobody has confirmed the host key of ${server.name} yet.`)
  const connection = await connector.connect(serverAddress(server, secrets), { signal })
  try {
    return await within(signal, work(connection))
  } finally {
    connection.end()
  }
}
