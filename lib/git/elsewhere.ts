// Where the rest of a commit comes from: mirrors of submodules, and objects of Git LFS, both kept per project. What one project was
// allowed to read is not there for another that only knows its name.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { RepositoryAddress } from '../deploy/types.ts'
import { PanelError } from '../errors.ts'
import { parseAddress } from './address.ts'
import { borrow, compose } from './compose.ts'
import { credentialsFor } from './credentials.ts'
import { openCaller } from './https.ts'
import { endpointOf } from './lfs-endpoint.ts'
import { fetchBlobs, knownBlobs, transfersAtOnce } from './lfs-objects.ts'
import type { LfsLimits, LfsSource, Needed } from './lfs-objects.ts'
import { exists } from './mirror-folder.ts'
import type { MirrorParts } from './mirror.ts'
import type { Reach } from './reach.ts'
import { accessFor, placeOf, resolveUrl } from './submodule-address.ts'
import type { Elsewhere, Source } from './whole.ts'

/** What the folder of mirrors does for it. */
export type Surroundings = {
  localPrefixes: string[]
  privateHosts: string[]
  limits: LfsLimits
  silenceMs: number
  knownHosts: string
  openParts(address: RepositoryAddress, reach: Reach): Promise<MirrorParts>
  /** The repository of what is put together for the project. */
  beside(home: RepositoryAddress): Promise<MirrorParts>
  /** Whatever is known of the objects of the repository at `path` is read anew. */
  forget(path: string): void
  /** One at a time on all workers of the folder. */
  alone<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

/** `parts` and `home`: the project's own repository. */
export function elsewhereOf(
  parts: MirrorParts,
  home: RepositoryAddress,
  around: Surroundings,
  signal: AbortSignal | undefined,
): Elsewhere {
  const parse = (url: string) => parseAddress(url, around.localPrefixes)
  const reachOf = async (): Promise<Reach> => {
    const parsed = await parse(home.url)
    const { host, port } = parsed.kind === 'local' ? { host: '', port: '' } : placeOf(parsed)
    return { home: host, homePort: parsed.kind === 'https' ? port : '443', privateHosts: around.privateHosts }
  }

  const lfsSource = async ({ address, parts: of }: Source, sha: string): Promise<LfsSource> => {
    const parsed = await parse(address.url)
    const configured = await lfsUrl(of, sha)
    if (parsed.kind === 'local' && configured === '') {
      const inside = join(parsed.url, '.git')
      return { folder: join((await exists(inside)) ? inside : parsed.url, 'lfs', 'objects') }
    }
    const credentials = await credentialsFor(parsed, address.access, around.knownHosts)
    try {
      const endpoint = await endpointOf(parsed, configured, credentials, signal)
      const caller = openCaller({ reach: await reachOf(), silenceMs: around.silenceMs, signal }, transfersAtOnce)
      return { endpoint, caller }
    } finally {
      await credentials.release()
    }
  }

  return {
    limits: around.limits,
    async submodule(url, parent, sha) {
      const parsed = await parse(resolveUrl(parent, url))
      const found = accessFor({ parsed: await parse(home.url), address: home }, parsed)
      const address = { id: idOf(home.id, found.url), ...found }
      const source = { parts: await around.openParts(address, await reachOf()), address }
      await demand(source, sha, signal)
      return source
    },
    async objects(source, sha, needed) {
      const beside = await around.beside(home)
      const oids = needed.map(({ oid }) => oid)
      const missing = (known: Map<string, string>): Needed[] => needed.filter(({ oid }) => !known.has(oid))
      const known = await knownBlobs(beside, oids)
      if (missing(known).length === 0) return known
      return around.alone(
        beside.path,
        async () => {
          const now = await knownBlobs(beside, oids)
          const from = await lfsSource(source, sha).catch((error: unknown) => Promise.reject(unfetched(error, source)))
          try {
            const fresh = await fetchBlobs(beside, from, missing(now))
            return new Map([...now, ...fresh])
          } catch (error) {
            throw unfetched(error, source)
          } finally {
            if ('caller' in from) from.caller.agent.destroy()
          }
        },
        signal,
      )
    },
    async compose(sha, root, pieces, sources) {
      const { path } = await around.beside(home)
      const mirrors = [parts, ...sources.map((source) => source.parts)].map((one) => one.path)
      const make = async (): Promise<string> => {
        if (await borrow(path, mirrors)) around.forget(path)
        return compose(await around.beside(home), sha, root, pieces)
      }
      const revision = await around.alone(path, make, signal)
      return { parts: await around.beside(home), revision }
    },
  }
}

/** Asks the host only for what isn't there, and for the commit itself where no branch and no tag leads to it. */
async function demand({ parts, address }: Source, sha: string, signal: AbortSignal | undefined): Promise<void> {
  const isThere = async (): Promise<boolean> => (await parts.objects.look(`${sha}^{commit}`)) !== null
  if (await isThere()) return
  await parts.fetch(signal)
  if (await isThere()) return
  await parts.fetch(signal, sha).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw new PanelError(
      'not_found',
      `${address.url} has no commit ${sha.slice(0, 7)}: was it pushed?`,
      {},
      { cause: error },
    )
  })
}

/** `lfs.url` of the commit's `.lfsconfig`; '' for none. */
async function lfsUrl(parts: MirrorParts, sha: string): Promise<string> {
  const file = (await parts.trees.below(sha, ['.lfsconfig']))?.files[0]
  if (!file || file.size > 65_536) return ''
  const output = await parts.git(['config', '--blob', file.sha, '--null', '--get', 'lfs.url']).catch(() => null)
  return output === null ? '' : output.toString().replace(/\0$/, '')
}

function unfetched(error: unknown, { address }: Source): unknown {
  if (!(error instanceof PanelError)) return error
  const message = `The files in Git LFS of ${address.url} can’t be fetched: ${error.message} LFS can be switched off in the environment’s settings; pointers are deployed then.`
  return new PanelError(error.code, message, error.details, { cause: error })
}

function idOf(project: string, url: string): string {
  return createHash('sha256')
    .update(JSON.stringify([project, url]))
    .digest('hex')
}
