// A release on its way from one server to another, through this worker.
import { sendProgram } from '@/lib/deploy/programs.ts'
import type { Action, Payload } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { Refusal, startExchange } from './exchange.ts'
import { stateOn } from './ground.ts'
import type { Release, Target } from './ground.ts'
import { bystander, lookAt, withConnection } from './look.ts'
import type { Looker } from './look.ts'
import { Spool } from './spool.ts'
import type { Worker } from './worker.ts'

/** Where a release is to be had, and what it is there. `bytes`: what it takes on a disk. `env`: SHA-256 of its `.env`, null = none. */
export type Copy = { from: Target; manifest: string; bytes: number; env: string | null }
type Receive = Extract<Action, { do: 'receive' }>
export type CopyPayload = Payload & { dispose(): Promise<void> }

/** A release and what came along with it may have so many bytes as one tar. */
const longestTar = 32 * 1024 ** 3

/**
 * The first of the environment's servers that has `release` complete, as it was finished there, measured now; what differs from
 * its own record is no source. @throws PanelError release_missing, with what is the matter with each.
 */
export async function chooseCopy(
  worker: Looker,
  targets: Target[],
  release: Release,
  to: Target,
  signal: AbortSignal,
): Promise<Copy> {
  const reasons: string[] = []
  const others = targets.filter((one) => one.id !== to.id && stateOn(release, one) === 'complete')
  // What serves it is the likeliest to have it.
  others.sort((a, b) => Number(b.liveRelease === release.name) - Number(a.liveRelease === release.name))
  for (const from of others) {
    const copy = await measured(worker, from, release, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      if (!(error instanceof PanelError)) throw error
      return error.message
    })
    if (typeof copy !== 'string') return copy
    reasons.push(copy)
  }
  const commit = release.revision.slice(0, 7)
  const why = reasons.length > 0 ? ` ${reasons.join(' ')}` : ''
  throw new PanelError(
    'release_missing',
    `${to.server.name} does not have release ${release.number}, and there is no other server to copy it from.${why} Deploy its commit again, ${commit}: that makes it anew, with the variables and files of now.`,
  )
}

async function measured(worker: Looker, from: Target, release: Release, signal: AbortSignal): Promise<Copy> {
  const recorded = release.onTargets.find(({ targetId }) => targetId === from.id)?.manifestHash ?? null
  const look = await lookAt(worker, from, { release: release.name, recorded, record: false }, signal)
  const { name } = from.server
  const found = look?.release
  if (!found || found.revision === null)
    throw new PanelError('release_missing', `On ${name} it is not complete any more.`)
  const changed = found.compared?.files.filter(({ change }) => change !== 'added') ?? []
  if (changed.length > 0 || (found.compared === null && recorded !== null && found.manifest !== recorded))
    throw new PanelError('release_missing', `On ${name} its files are not those that were deployed any more.`)
  if (found.env !== found.planned)
    throw new PanelError('release_missing', `On ${name} its .env is not the one that was deployed any more.`)
  return { from, manifest: found.manifest, bytes: found.bytes, env: /^(-|link)$/.test(found.env) ? null : found.env }
}

/** What a step `receive` is sent, read from the server that has it. Dispose of it. @throws PanelError unreachable …, release_missing. */
export async function copyPayload(
  worker: Looker & Pick<Worker, 'spool'>,
  targets: Target[],
  action: Receive,
  signal: AbortSignal,
): Promise<CopyPayload> {
  const from = targets.find(({ id }) => id === action.from)
  if (!from) throw new PanelError('release_missing', 'The server that the release was to be copied from is gone.')
  const spool = await Spool.make(action.bytes, worker.spool)
  try {
    await withConnection(worker, from, signal, async (connection) => {
      const exchange = await startExchange(connection, sendProgram(bystander(worker, from), action.release))
      const close = (): void => exchange.close()
      signal.addEventListener('abort', close)
      try {
        for await (const frame of exchange.frames) {
          if (frame.type === 'O') await take(spool, frame.bytes)
          if (frame.type === 'Z') demandWhole(from.server.name, new TextDecoder().decode(frame.bytes))
        }
      } finally {
        signal.removeEventListener('abort', close)
        exchange.close()
      }
    }).catch((error: unknown) => {
      throw error instanceof Refusal ? refusalOf(error, from.server.name) : error
    })
  } catch (error) {
    await spool.close()
    throw error
  }
  const { length } = spool
  return {
    name: 'release.tar',
    length,
    sha256: spool.sha256(),
    open: () => spool.read(),
    dispose: () => spool.close(),
  }
}

async function take(spool: Spool, bytes: Uint8Array): Promise<void> {
  if (spool.length + bytes.length > longestTar)
    throw new PanelError('too_large', 'The release has more than 32 GiB: it can’t be copied by the panel.')
  await spool.write(bytes)
}

/** The answer is tar's exit code and what it complained of. */
function demandWhole(server: string, answer: string): void {
  const [code, ...complaints] = answer.trimEnd().split('\n')
  if (code === '0') return
  const said = complaints.slice(0, 3).join(' ').slice(0, 500)
  throw new PanelError(
    'release_missing',
    `Not all of the release can be read on ${server}: ${said || `tar ended with ${code}`}`,
  )
}

function refusalOf({ code, detail }: Refusal, server: string): PanelError {
  if (code === 'missing') return new PanelError('release_missing', `${server} does not have the release any more.`)
  if (code === 'disk_full')
    return new PanelError(
      'unavailable',
      `The disk of ${server}, which has the release, is full: it can’t be read there.`,
    )
  return new PanelError('unavailable', `${server}, which has the release, refused to send it: ${code} ${detail}`.trim())
}
