// What programs write below `<root>/logs`: which files there are, and one of them, read on from where the last answer ended.
import { z } from 'zod'
import { blockBytes, logFilesProgram, logReadProgram, mostFiles } from '@/lib/deploy/programs/log-files.ts'
import type { LogRead } from '@/lib/deploy/programs/log-files.ts'
import { PanelError } from '@/lib/errors.ts'
import { mask, prepareRedaction } from '@/lib/redact/redactor.ts'
import { secretsOfEnv } from '@/lib/redact/secrets.ts'
import { findAskedLogs } from '@/lib/store/asked.ts'
import type { AskedLogs } from '@/lib/store/asked.ts'
import { findSecretRevisions } from '@/lib/store/files.ts'
import { decryptSet, repositoryAddress, secretsOfAccess, serverAddress } from './addresses.ts'
import { answerOf, Refusal } from './exchange.ts'
import { secretsOfRevisions } from './files.ts'
import type { Answerer } from './questions.ts'
import { openRecent, type Recent } from './recent.ts'
import { within } from './within.ts'

export const logFilesQuestion = z.object({ environmentId: z.uuid() })
export const logTextQuestion = z.object({
  environmentId: z.uuid(),
  path: z.string().min(1).max(1_000),
  at: z.object({ file: z.string(), from: z.number().int().min(0) }).nullable(),
})

type Worker = Pick<Answerer, 'db' | 'secrets' | 'connector'>

/** What is shown of a file at first, and what one answer holds at most. */
const tailBytes = 65_536
const answerBytes = 262_144
/** What stands before that is read, too: a secret that began there is still one. */
const contextBytes = 196_608

/** {folder, server, files, isCut}; a folder that isn't there has no files. PanelError: not_found, conflict, and as connecting. */
export async function listLogFiles(
  worker: Worker,
  { environmentId }: z.output<typeof logFilesQuestion>,
  signal: AbortSignal,
) {
  const target = await find(worker, environmentId)
  const none = { folder: `${target.root}/logs`, server: target.server.name, files: [], isCut: false }
  try {
    const answer = await exchange(worker, target, logFilesProgram(target.root), signal)
    const [folder = '', ...lines] = new TextDecoder().decode(answer).split('\n')
    const files = lines.flatMap((line) => {
      const [, seconds, bytes, path] = /^(\d{1,12}) (\d{1,18}) \.\/(.+)$/.exec(line) ?? []
      if (seconds === undefined || bytes === undefined || path === undefined) return []
      return [{ path, bytes: Number(bytes), changedAt: new Date(Number(seconds) * 1000).toISOString() }]
    })
    return { ...none, folder, files: files.slice(0, mostFiles), isCut: files.length > mostFiles }
  } catch (error) {
    if (error instanceof Refusal && error.code === 'missing') return none
    throw error
  }
}

/**
 * {text, at, bytes, hasMore, isNew}: the end of the file, or what follows `at`, without any secret of the environment. `at` is
 * trusted: whoever could choose it would begin inside a secret. PanelError: not_found, forbidden, conflict, and as connecting.
 */
export async function readLogText(
  worker: Worker,
  { environmentId, path, at }: z.output<typeof logTextQuestion>,
  signal: AbortSignal,
) {
  const target = await find(worker, environmentId)
  const wanted: LogRead = at
    ? { root: target.root, path, at, tail: 0, bytes: answerBytes }
    : { root: target.root, path, at, tail: tailBytes + contextBytes, bytes: tailBytes + contextBytes }
  const answer = await exchange(worker, target, logReadProgram(wanted), signal).catch((error: unknown) => {
    throw error instanceof Refusal ? refusalOf(error, path) : error
  })
  const end = answer.indexOf(0x0a)
  const facts = factsSchema.parse(new TextDecoder().decode(answer.subarray(0, end)).split(' '))
  const [file, bytes, start, from, how] = facts
  const raw = answer.subarray(end + 1 + from - start)
  const redactor = (await redactionOf(worker, target)).open()
  const hidden = at ? 0 : firstShown(raw, bytes - tailBytes - from)
  redactor.push(raw.subarray(0, hidden))
  const isMidway = redactor.committed < hidden
  const out = redactor.push(raw.subarray(hidden))
  // What was held back of the lines that aren't shown comes first.
  const shown = isMidway ? out.subarray(out.indexOf(0x0a) + 1) : out
  // One stretch of nothing but secrets, longer than an answer: it is over before the next.
  const isStuck = redactor.committed === 0 && raw.length >= answerBytes - blockBytes
  const whole = isStuck ? new TextEncoder().encode(mask) : shown.subarray(0, shown.length - openCharacter(shown))
  const next = from + (isStuck ? raw.length : redactor.committed - (shown.length - whole.length))
  return {
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole),
    at: { file, from: next },
    bytes,
    hasMore: from + raw.length < bytes,
    isNew: how === 'new',
  }
}

const natural = z.coerce.number().int().min(0)
const factsSchema = z.tuple([z.string(), natural, natural, natural, z.string()])

/** Where the first whole line at or after `place` begins; the place itself in a file without lines. */
function firstShown(raw: Uint8Array, place: number): number {
  if (place <= 0) return 0
  const end = raw.indexOf(0x0a, place - 1)
  return end < 0 ? place : end + 1
}

/** How many bytes at the end begin a character of UTF-8 that isn't complete. */
function openCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}

async function find({ db }: Worker, environmentId: string): Promise<AskedLogs> {
  const target = await findAskedLogs(db, environmentId)
  if (!target) throw new PanelError('not_found', 'The environment has no server.')
  if (target.server.hostKey === null) throw new PanelError('conflict', 'Confirm the host key of this server first.')
  return target
}

async function exchange(
  { secrets, connector }: Worker,
  { server }: AskedLogs,
  program: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const connection = await connector.connect(serverAddress(server, secrets), { signal })
  try {
    return await within(signal, answerOf(connection, program))
  } finally {
    connection.end()
  }
}

function refusalOf({ code }: Refusal, path: string): PanelError {
  if (code === 'outside') return new PanelError('forbidden', `“${path}” leads out of the folder “logs”.`)
  if (code === 'unreadable') return new PanelError('forbidden', `“${path}” can’t be read by the deploy user.`)
  return new PanelError('not_found', `There is no file “${path}” any more.`)
}

type Redaction = ReturnType<typeof prepareRedaction>
const redactions = new WeakMap<Worker['connector'], Recent<Redaction>>()

/** Made once for the same variables and secret files: files are read on every second. */
async function redactionOf({ db, secrets, connector }: Worker, { environment }: AskedLogs): Promise<Redaction> {
  const recent = redactions.get(connector) ?? openRecent<Redaction>(16)
  redactions.set(connector, recent)
  const { id, variableSets, project } = environment
  const files = await findSecretRevisions(db.prisma, id)
  const key = [id, project.credential?.toString() ?? '', ...variableSets.map((set) => set.id), ...files].join(' ')
  const known = recent.get(key)
  if (known) return known
  const values = variableSets.flatMap((set) => secretsOfEnv(decryptSet(secrets, set)))
  const made = prepareRedaction([
    ...new Set([
      ...values,
      ...secretsOfAccess(repositoryAddress(project, secrets).access),
      ...(await secretsOfRevisions({ db, secrets }, files)),
    ]),
  ])
  recent.set(key, made)
  return made
}
