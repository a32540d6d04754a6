// Objects of Git LFS as blobs of a repository beside the mirror: fetched once, and from then on like any other file of a tree.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PanelError } from '../errors.ts'
import type { Caller } from './https.ts'
import { askBatch, batchSize } from './lfs-batch.ts'
import type { LfsObject } from './lfs-batch.ts'
import type { Endpoint } from './lfs-endpoint.ts'
import { transfer } from './lfs-transfer.ts'
import type { MirrorParts } from './mirror.ts'

/** Nobody deploys more than that, and a pointer may claim anything. In bytes, each and together. */
export type LfsLimits = { objectBytes: number; totalBytes: number }
export const usualLimits: LfsLimits = { objectBytes: 5 * 1024 ** 3, totalBytes: 20 * 1024 ** 3 }

/** Objects that are fetched at the same time. */
export const transfersAtOnce = 4
const named = 3

/** A folder of the panel's own disk that git-lfs keeps objects in, or a server and how it is asked. */
export type LfsSource = { folder: string } | { endpoint: Endpoint; caller: Caller }
/** `shownAs`: where that is in the tree. */
export type Needed = LfsObject & { shownAs: string }

/** Blobs of `parts` by oid: those that are there already. */
export async function knownBlobs(parts: MirrorParts, oids: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const oid of new Set(oids)) {
    const blob = (await readFile(recordOf(parts, oid), 'utf8').catch(() => '')).trim()
    // Whoever took away the objects left the record.
    if (blob !== '' && (await parts.objects.look(blob))?.type === 'blob') found.set(oid, blob)
  }
  return found
}

/** PanelError `invalid` where the pointers of a tree claim too much. */
export function checkLimits(needed: Needed[], limits: LfsLimits): void {
  const large = needed.find(({ size }) => size > limits.objectBytes)
  if (large)
    throw new PanelError('invalid', `${large.shownAs} is a file of ${large.size} bytes in Git LFS, which is too large.`)
  if (needed.reduce((sum, { size }) => sum + size, 0) > limits.totalBytes)
    throw new PanelError('invalid', `The files in Git LFS are larger than ${limits.totalBytes} bytes together.`)
}

/** Fetches `needed` and makes blobs of them: all, or PanelError with what is missing. */
export async function fetchBlobs(
  parts: MirrorParts,
  source: LfsSource,
  needed: Needed[],
): Promise<Map<string, string>> {
  const folder = join(parts.spool, `lfs-${randomUUID()}`)
  const found = new Map<string, string>()
  const unique = [...new Map(needed.map((one) => [one.oid, one])).values()]
  await mkdir(folder, { mode: 0o700 })
  try {
    for (let at = 0; at < unique.length; at += batchSize) {
      const part = unique.slice(at, at + batchSize)
      if ('folder' in source) await copyAll(source.folder, part, folder)
      else await downloadAll(source, part, folder)
      for (const [oid, blob] of await store(parts, part, folder)) found.set(oid, blob)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return found
}

async function downloadAll(
  { endpoint, caller }: Exclude<LfsSource, { folder: string }>,
  part: Needed[],
  folder: string,
) {
  const objects = part.map(({ oid, size }) => ({ oid, size }))
  const { sources, missing } = await askBatch(caller, endpoint, objects)
  if (missing.length > 0) throw lacking(part.filter(({ oid }) => missing.some((one) => one.oid === oid)))
  const names = new Map(part.map(({ oid, shownAs }) => [oid, shownAs]))
  const waiting = [...sources]
  const work = async (): Promise<void> => {
    for (let source = waiting.shift(); source; source = waiting.shift())
      try {
        await transfer(caller, source, join(folder, source.oid))
      } catch (error) {
        // The others would only go on for nothing.
        waiting.length = 0
        if (!(error instanceof PanelError)) throw error
        throw new PanelError(error.code, `${names.get(source.oid)}: ${error.message}`, {}, { cause: error })
      }
  }
  const all = await Promise.allSettled(Array.from({ length: transfersAtOnce }, work))
  for (const one of all) if (one.status === 'rejected') throw one.reason
}

/** As `git lfs` itself does where a remote is a folder. */
async function copyAll(from: string, part: Needed[], folder: string): Promise<void> {
  const lost: Needed[] = []
  for (const one of part) {
    const file = join(from, one.oid.slice(0, 2), one.oid.slice(2, 4), one.oid)
    const info = await stat(file).catch(() => null)
    if (!info?.isFile()) lost.push(one)
    else if (info.size !== one.size)
      throw new PanelError('invalid', `${one.shownAs}: its object has ${info.size} bytes.`)
    else {
      await copyFile(file, join(folder, one.oid))
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(join(folder, one.oid)) as AsyncIterable<Buffer>) hash.update(chunk)
      if (hash.digest('hex') !== one.oid)
        throw new PanelError('invalid', `${one.shownAs}: its object has other bytes than the pointer says.`)
    }
  }
  if (lost.length > 0) throw lacking(lost)
}

/** Records come last: what is recorded is there. */
async function store(parts: MirrorParts, part: Needed[], folder: string): Promise<[string, string][]> {
  const input = Buffer.from(part.map(({ oid }) => `${join(folder, oid)}\n`).join(''))
  const output = await parts.git(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })
  const blobs = output.toString().trim().split('\n')
  return Promise.all(
    part.map(async ({ oid }, at): Promise<[string, string]> => {
      const [record, blob] = [recordOf(parts, oid), blobs[at]!]
      await mkdir(join(record, '..'), { recursive: true, mode: 0o700 })
      const fresh = `${record}.${randomUUID()}`
      await writeFile(fresh, blob)
      await rename(fresh, record)
      return [oid, blob]
    }),
  )
}

function recordOf({ path }: MirrorParts, oid: string): string {
  return join(path, 'lfs', oid.slice(0, 2), oid)
}

function lacking(objects: Needed[]): PanelError {
  const more = objects.length > named ? ` and ${objects.length - named} more` : ''
  const names = objects.slice(0, named).map(({ shownAs }) => shownAs)
  return new PanelError(
    'not_found',
    `The host has no contents for ${names.join(', ')}${more}. Push them with “git lfs push --all origin”.`,
  )
}
