// The kinds of questions, and where their answers come from.
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Commit, Connector, Mirrors, Ref } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import type { TreeChangeView } from '@/lib/api/shapes-preview.ts'
import type { Secrets } from '@/lib/secrets.ts'
import { findAskedProject, findAskedServer } from '@/lib/store/asked.ts'
import type { AskedProject, AskedServer } from '@/lib/store/asked.ts'
import type { Database } from '@/lib/store/database.ts'
import { placeOf, repositoryAddress } from './addresses.ts'
import { lookForDrift } from './drift.ts'
import { previewPlan, previewQuestion, treeChangeOf } from './preview.ts'
import { checkScript } from './script-check.ts'
import { listLogFiles, logFilesQuestion, logTextQuestion, readLogText } from './server-logs.ts'
import { checkServer } from './server-check.ts'
import type { Worker } from './worker.ts'
import { within } from './within.ts'

/** What answering needs of a worker. */
export type Answerer = {
  db: Database
  secrets: Secrets
  connector: Connector
  mirrors: Mirrors
  hooks: Worker['hooks']
  panelId: string
  log: Logger
}

const question = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('script'), input: z.object({ environmentId: z.uuid(), text: z.string() }) }),
  z.object({ kind: z.literal('hostKey'), input: z.object({ serverId: z.uuid() }) }),
  z.object({
    kind: z.literal('check'),
    input: z.object({ serverId: z.uuid(), root: z.string().startsWith('/').optional() }),
  }),
  z.object({ kind: z.literal('refs'), input: z.object({ projectId: z.uuid() }) }),
  z.object({
    kind: z.literal('commits'),
    input: z.object({ projectId: z.uuid(), ref: z.string().min(1), search: z.string().optional() }),
  }),
  z.object({
    kind: z.literal('difference'),
    input: z.object({ projectId: z.uuid(), from: z.string().min(1), to: z.string().min(1) }),
  }),
  z.object({ kind: z.literal('preview'), input: previewQuestion }),
  z.object({ kind: z.literal('drift'), input: z.object({ targetId: z.uuid() }) }),
  z.object({ kind: z.literal('logFiles'), input: logFilesQuestion }),
  z.object({ kind: z.literal('logText'), input: logTextQuestion }),
])

const dialMs = 15_000
const commitsShown = 50

/**
 * hostKey → {hostKey, fingerprint}; check → {lines, verdict}; refs → Ref[]; commits → Commit[], newest first; difference → of two
 * commits, null when one is gone; preview → what would be flown; logFiles, logText → what stands below `logs` on the server.
 * drift → a DriftReport of one target, null while a run is under way. script → what bash and ShellCheck say of it. PanelError: invalid, not_found, and whatever the server or the Git host is the reason for; `signal` ends it early.
 */
export async function answerQuestion(
  worker: Answerer,
  asked: { kind: string; input: unknown },
  signal: AbortSignal,
): Promise<unknown> {
  const parsed = question.safeParse(asked)
  if (!parsed.success) throw new PanelError('invalid', `This worker has no answer to “${asked.kind}”.`)
  const { kind, input } = parsed.data
  switch (kind) {
    case 'script':
      return checkScript(worker, input, signal)
    case 'hostKey':
      return readHostKey(worker, await serverOf(worker, input.serverId), signal)
    case 'check':
      return checkServer(worker, await serverOf(worker, input.serverId), input.root ?? null, signal)
    case 'refs':
      return readRefs(worker, await projectOf(worker, input.projectId), signal)
    case 'commits':
      return readCommits(worker, await projectOf(worker, input.projectId), input, signal)
    case 'difference':
      return readDifference(worker, await projectOf(worker, input.projectId), input, signal)
    case 'preview':
      return previewPlan(worker, input, signal)
    case 'drift':
      return lookForDrift(worker, input.targetId, signal)
    case 'logFiles':
      return listLogFiles(worker, input, signal)
    case 'logText':
      return readLogText(worker, input, signal)
  }
}

function readHostKey({ connector, secrets }: Answerer, server: AskedServer, signal: AbortSignal): Promise<unknown> {
  return within(signal, connector.hostKey(placeOf(server, secrets), { timeoutMs: dialMs }))
}

/** Branches before tags, each in the order of names as people count: v2 before v10. */
async function readRefs({ mirrors, secrets }: Answerer, project: AskedProject, signal: AbortSignal): Promise<Ref[]> {
  const refs = await mirrors.lsRemote(repositoryAddress(project, secrets), { signal })
  const byName = new Intl.Collator('en', { numeric: true })
  return refs.sort((a, b) => a.kind.localeCompare(b.kind) || byName.compare(a.name, b.name))
}

/** A search that reads as a commit's SHA finds that commit too, whatever branch it is on. */
async function readCommits(
  { mirrors, secrets }: Answerer,
  project: AskedProject,
  { ref, search }: { ref: string; search?: string | undefined },
  signal: AbortSignal,
): Promise<Commit[]> {
  const mirror = await mirrors.open(repositoryAddress(project, secrets))
  await mirror.fetch({ signal })
  const found = await mirror.commits(ref, { limit: commitsShown, ...(search ? { search } : {}) })
  if (search === undefined || !/^[0-9a-f]{7,64}$/i.test(search)) return found
  const named = await mirror.resolve(search.toLowerCase()).catch((error: unknown) => {
    if (error instanceof PanelError && error.code === 'not_found') return null
    throw error
  })
  return named === null ? found : [named, ...found.filter(({ sha }) => sha !== named.sha)]
}

/** What was fetched for deployments is most often all that is asked about. */
async function readDifference(
  { mirrors, secrets }: Answerer,
  project: AskedProject,
  { from, to }: { from: string; to: string },
  signal: AbortSignal,
): Promise<TreeChangeView | null> {
  const mirror = await mirrors.open(repositoryAddress(project, secrets), { submodules: true, lfs: false, within: '' })
  const known = await treeChangeOf(mirror, from, to)
  if (known) return known
  await mirror.fetch({ signal })
  return treeChangeOf(mirror, from, to)
}

async function serverOf({ db }: Answerer, id: string): Promise<AskedServer> {
  const server = await findAskedServer(db, id)
  if (!server) throw new PanelError('not_found', 'There is no such server.')
  return server
}

async function projectOf({ db }: Answerer, id: string): Promise<AskedProject> {
  const project = await findAskedProject(db, id)
  if (!project) throw new PanelError('not_found', 'There is no such project.')
  return project
}
