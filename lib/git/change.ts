// What turns the tree of one commit into that of another, as payloads of a start stream.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Payload, TreeChange } from '../deploy/types.ts'
import { convertsNothing } from './attributes.ts'
import type { MirrorParts } from './mirror.ts'
import { packable, packFiles } from './pack.ts'
import { differenceOf } from './tree-difference.ts'
import type { TreeFile } from './tree.ts'
import type { Whole } from './whole.ts'

/**
 * `base` null, unknown to the mirror, or with other `.gitattributes` → the whole tree (`base` null in the answer). Otherwise what
 * differs; equal trees have no payloads. `tree.delete` lists what goes before `tree.tar` is unpacked: paths from the tree's root,
 * each ended by NUL, files before the directories that held them. Spooled files live until `dispose`.
 */
export async function makeChange(whole: Whole, base: string | null): Promise<TreeChange> {
  const { parts, revision: sha, contents, empty, pointers } = whole
  const { tree, changes } = await parts.trees.list(sha, base)
  const difference = changes && differenceOf(changes, tree)
  const folder = join(parts.spool, randomUUID())
  await mkdir(folder, { mode: 0o700 })
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const payloads: Payload[] = []
    if (difference === null) payloads.push(await archive(parts, folder, `${sha}^{tree}`, {}))
    else {
      const { remove, write } = difference
      if (remove.length > 0) payloads.push(inMemory('tree.delete', listed(remove)))
      if (write.length > 0) {
        const isOurs = packable(write) && (await convertsNothing(parts.objects, tree.attributes))
        if (isOurs) payloads.push(inMemory('tree.tar', await packFiles(parts.objects, write)))
        // Unchanged attributes are written again along with others: the archive of the changed files needs them.
        else payloads.push(await archiveOf(parts, folder, sha, [...write, ...tree.attributes]))
      }
    }
    const { files, directories, links, totalBytes } = tree
    return {
      base: difference === null ? null : base,
      revision: sha,
      files,
      directories,
      links,
      totalBytes,
      contents,
      empty,
      pointers,
      payloads,
      dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** An archive of some files only: a tree of just these, made in objects and an index of its own beside the mirror's. */
async function archiveOf(parts: MirrorParts, folder: string, sha: string, write: TreeFile[]): Promise<Payload> {
  // Few enough to be named to git at once; latin1 text that isn't ASCII would not reach it as it is.
  const names = write.map(({ path }) => path)
  const isShort = names.length <= 500 && names.join(' ').length < 60_000
  if (isShort && names.every((name) => /^[\x20-\x7e]+$/.test(name)))
    return archive(parts, folder, `${sha}^{tree}`, {}, names)
  const objects = join(folder, 'objects')
  await mkdir(objects)
  const env = {
    GIT_INDEX_FILE: join(folder, 'index'),
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(parts.path, 'objects'),
  }
  const input = Buffer.concat(write.map(({ mode, sha, path }) => Buffer.from(`${mode} ${sha} 0\t${path}\0`, 'latin1')))
  await parts.git(['update-index', '-z', '--index-info'], { env, input })
  const tree = (await parts.git(['write-tree', '--missing-ok'], { env })).toString().trim()
  return archive(parts, folder, tree, env)
}

async function archive(
  parts: MirrorParts,
  folder: string,
  tree: string,
  env: Record<string, string>,
  paths: string[] = [],
): Promise<Payload> {
  const file = join(folder, 'tree.tar')
  await parts.git(['archive', '--format=tar', `--output=${file}`, '--end-of-options', tree, ...paths], { env })
  return payload('tree.tar', file)
}

function listed(remove: string[]): Buffer {
  return Buffer.from(remove.map((path) => `${path}\0`).join(''), 'latin1')
}

function inMemory(name: Payload['name'], bytes: Buffer): Payload {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name, length: bytes.length, sha256, open: () => [bytes] }
}

async function payload(name: Payload['name'], file: string): Promise<Payload> {
  const hash = createHash('sha256')
  let length = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    length += chunk.length
  }
  return { name, length, sha256: hash.digest('hex'), open: () => createReadStream(file) as AsyncIterable<Uint8Array> }
}
