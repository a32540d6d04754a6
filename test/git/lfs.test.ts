import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mirror } from '../../lib/deploy/types.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import type { MirrorsOptions } from '../../lib/git/mirrors.ts'
import { Repository, applyChange, countsOf, snapshot, temporaryFolder } from './fixtures.ts'
import { startLfsHost } from './lfs-server.ts'
import type { LfsHost } from './lfs-server.ts'

let folder: string
let shop: Repository
let host: LfsHost
const closing: (() => unknown)[] = []
const wanted = { submodules: true, lfs: true, within: '' }
beforeEach(async () => {
  folder = temporaryFolder()
  shop = new Repository(join(folder, 'acme/shop'))
  shop.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n')
  host = await startLfsHost(folder)
  process.env.GIT_SSL_CAINFO = host.certificate
  closing.push(
    () => host.close(),
    () => delete process.env.GIT_SSL_CAINFO,
  )
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  rmSync(folder, { recursive: true })
})

const open = async (more: Partial<MirrorsOptions> = {}, id = 'one'): Promise<Mirror> =>
  (await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [], ...more })).open(
    { id, url: `${host.origin}/acme/shop/.git`, access: host.access },
    wanted,
  )

async function deployed(mirror: Mirror, base: string | null, sha: string) {
  const change = await mirror.change(base, sha)
  await applyChange(join(folder, 'tree'), change)
  const found = snapshot(join(folder, 'tree'))
  const { files, directories, links } = change
  expect({ files, directories, links }).toEqual(countsOf(found))
  await change.dispose()
  return { change, found }
}

/** Commits one pointer, fetches, and gives what the commit is refused with. Nothing of it is kept. */
async function refusal(more: Partial<MirrorsOptions> = {}, pointer = host.keep('contents')): Promise<unknown> {
  shop.write('a.bin', pointer)
  const sha = shop.commit('pointer')
  await (await open()).fetch()
  const mirror = await open(more)
  const refused: unknown = await mirror.change(null, sha).then(
    () => 'deployed',
    (error: unknown) => error,
  )
  expect(kept()).toEqual([])
  return refused
}

/** Objects that are recorded as there, and what was only needed on the way. */
function kept(): string[] {
  return readdirSync(join(folder, 'mirrors'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /[0-9a-f]{64}$|lfs-|index-/.test(path),
  )
}

describe('files of Git LFS', () => {
  it('are deployed with their contents, fetched once, and by what differs', async () => {
    const large = randomBytes(3 * 1_048_576)
    shop.write('a.bin', host.keep('first'))
    shop.write('art/run.bin', host.keep(large), 0o755)
    shop.write('art/same.bin', host.keep('first'))
    shop.write('note.txt', host.keep('not for LFS'))
    shop.write('docs/.gitattributes', '*.bin -filter\n')
    shop.write('docs/sample.bin', host.keep('an example'))
    const sha = shop.commit('first')
    const mirror = await open()
    await mirror.fetch()
    const { change, found } = await deployed(mirror, null, sha)
    expect(found['a.bin']).toBe('644 first')
    expect(found['art/run.bin']).toBe(`755 ${large.toString('utf8')}`)
    expect(found['art/same.bin']).toBe('644 first')
    expect(found['note.txt']).toMatch(/^644 version/)
    expect(found['docs/sample.bin']).toMatch(/^644 version/)
    expect(change.contents).toEqual({ lfs: { files: 3, bytes: large.length + 10 } })
    expect(change.pointers).toEqual(['docs/sample.bin'])
    expect(change.totalBytes).toBeGreaterThan(large.length)
    expect(host.asked.filter(([, path]) => path.startsWith('/objects/')).length).toBe(2)
    shop.write('a.bin', host.keep('second'))
    const next = shop.commit('second')
    await mirror.fetch()
    const asked = host.asked.length
    const then = await deployed(mirror, change.revision, next)
    expect(then.change.base).toBe(change.revision)
    expect(then.change.payloads.map(({ length }) => length)).toEqual([2_048])
    expect(then.found).toEqual({ ...found, 'a.bin': '644 second' })
    expect(
      host.asked.slice(asked).map(([method, path]) => `${method} ${path.split('/').slice(0, 2).join('/')}`),
    ).toEqual(['POST /acme', 'GET /objects'])
    host.close()
    expect((await deployed(await open(), null, sha)).change.revision).toBe(change.revision)
    expect(kept().length).toBe(3)
  })

  it('are asked for with the token of the project at its own host, and nowhere else', async () => {
    const other = await startLfsHost(folder, { isOpen: true })
    closing.push(() => other.close())
    const elsewhere = other.origin.replace('127.0.0.1', 'localhost')
    shop.write('a.bin', host.keep('contents'))
    other.keep('contents')
    const sha = shop.commit('pointer')
    host.download = (oid) => ({ href: `${elsewhere}/objects/${oid}`, header: { 'X-Signed': 'yes', Cookie: 'a=b' } })
    const mirror = await open({ privateHosts: ['localhost'] })
    await mirror.fetch()
    expect((await deployed(mirror, null, sha)).found['a.bin']).toBe('644 contents')
    expect(host.shown(/batch$/)).toEqual([host.authorization])
    expect(other.asked.map(([, , authorization]) => authorization)).toEqual([undefined])
    host.download = (oid) => ({ href: `${host.origin}/objects/${oid}` })
    shop.write('a.bin', host.keep('more'))
    const next = shop.commit('another')
    await mirror.fetch()
    expect((await deployed(mirror, null, next)).found['a.bin']).toBe('644 more')
    expect(host.shown(/^\/objects/)).toEqual([host.authorization])
  })

  it('are not followed to another host with what the first one was given', async () => {
    const other = await startLfsHost(folder, { isOpen: true })
    closing.push(() => other.close())
    const elsewhere = other.origin.replace('127.0.0.1', 'localhost')
    host.download = (oid) => ({ href: `${host.origin}/objects/${oid}`, header: { Authorization: 'Bearer short' } })
    host.object = (oid, _request, response) =>
      void response.writeHead(302, { location: `${elsewhere}/objects/${oid}` }).end()
    shop.write('a.bin', host.keep('contents'))
    other.keep('contents')
    const sha = shop.commit('pointer')
    const mirror = await open({ privateHosts: ['localhost'] })
    await mirror.fetch()
    expect((await deployed(mirror, null, sha)).found['a.bin']).toBe('644 contents')
    expect(host.shown(/^\/objects\//)).toEqual(['Bearer short'])
    expect(other.shown(/^\/objects\//)).toEqual([undefined])
  })

  it('are not asked for on private networks that the panel was not told of', async () => {
    const asked: string[] = []
    for (const href of [
      `https://localhost:${host.port}/objects/x`,
      'https://127.0.0.1/x',
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]/x',
      'https://2130706433/x',
      'http://127.0.0.1/x',
      'file:///etc/passwd',
      'https://user:word@127.0.0.1/x',
    ]) {
      host.download = () => ({ href })
      asked.push(String(await refusal()))
    }
    expect(asked.filter((text) => !/private network|Only https addresses/.test(text))).toEqual([])
    host.download = (oid) => ({ href: `${host.origin}/objects/${oid}` })
    host.object = (_oid, _request, response) => void response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end()
    expect(String(await refusal())).toContain('private network')
  })

  it.each([
    [
      'other bytes',
      (bytes: Buffer) => Buffer.from(bytes).fill('x'),
      /a\.bin: The host sent other bytes than the pointer says/,
    ],
    ['too few', (bytes: Buffer) => bytes.subarray(1), /a\.bin: The host sent 7 of 8 bytes/],
    ['too many', (bytes: Buffer) => Buffer.concat([bytes, bytes]), /a\.bin: The host sent more than the 8 bytes/],
  ])('are refused when the host sends %s', async (_what, change, said) => {
    host.object = (oid, _request, response) => void response.end(change(host.store.get(oid)!))
    expect(await refusal()).toMatchObject({ code: 'invalid', message: expect.stringMatching(said) })
  })

  it('are refused when the host breaks off, every time', async () => {
    let tries = 0
    host.object = (_oid, _request, response) => {
      tries += 1
      response.writeHead(200, { 'content-length': 8 }).write('con', () => response.destroy())
    }
    expect(await refusal()).toMatchObject({ code: 'unreachable' })
    expect(tries).toBe(3)
  })

  it('are asked for again when the host breaks off once', async () => {
    const whole = host.object
    host.object = (_oid, _request, response) => {
      host.object = whole
      response.writeHead(200, { 'content-length': 8 }).write('con', () => response.destroy())
    }
    shop.write('a.bin', host.keep('contents'))
    const sha = shop.commit('pointer')
    const mirror = await open()
    await mirror.fetch()
    expect((await deployed(mirror, null, sha)).found['a.bin']).toBe('644 contents')
  })

  it('are not waited for at a host that says nothing', async () => {
    host.object = (_oid, _request, response) => void response.writeHead(200, { 'content-length': 8 }).write('con')
    expect(await refusal({ silenceMs: 300 })).toMatchObject({ code: 'timed_out' })
    host.batch = () => undefined
    expect(await refusal({ silenceMs: 300 })).toMatchObject({ code: 'timed_out' })
  })

  it('are given up with the deployment', async () => {
    const giveUp = new AbortController()
    host.object = () => giveUp.abort(new Error('enough'))
    shop.write('a.bin', host.keep('contents'))
    const sha = shop.commit('pointer')
    const mirror = await open()
    await mirror.fetch()
    await expect(mirror.change(null, sha, { signal: giveUp.signal })).rejects.toThrow('enough')
  })

  it('are refused when a pointer claims more than anybody deploys', async () => {
    const pointer = (size: string) => host.keep('contents').replace('size 8', `size ${size}`)
    expect(String(await refusal({}, pointer('999999999999999')))).toContain('a.bin is a file of 999999999999999 bytes')
    const limits = { objectBytes: 10, totalBytes: 12 }
    shop.write('b.bin', host.keep('contentz'))
    expect(String(await refusal({ lfsLimits: limits }))).toContain('larger than 12 bytes together')
    expect(host.asked.filter(([, path]) => path.endsWith('/batch'))).toEqual([])
  })

  it('are named when the host has lost them, with what to do', async () => {
    const refused = await refusal(
      {},
      host
        .keep('contents')
        .replace(/sha256:./, 'sha256:_')
        .replace('_', '0'),
    )
    expect(refused).toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(
        /The host has no contents for a\.bin\. Push them with “git lfs push --all origin”\. LFS can be switched off/,
      ),
    })
  })

  it.each([
    ['no LFS', 404, '', 'not_found', /no Git LFS server/],
    [
      'no access',
      403,
      '{"message":"Over its data quota\\u001b[31m"}',
      'forbidden',
      /refused .*\(403: Over its data quota \[31m\)/,
    ],
    ['an error', 500, 'oops', 'unreachable', /\(500\)/],
    ['something else', 200, '<html>', 'invalid', /something else/],
    ['too much', 200, ' '.repeat(5 * 1_048_576), 'invalid', /more than can be an answer/],
    ['another way', 200, '{"transfer":"tus","objects":[]}', 'invalid', /in a way/],
    ['nothing', 200, '{"objects":[]}', 'not_found', /no contents for a\.bin/],
  ])('are refused of a host that answers with %s', async (_what, status, body, code, said) => {
    host.batch = (_objects, response) => void response.writeHead(status).end(body)
    expect(await refusal()).toMatchObject({ code, message: expect.stringMatching(said) })
  })

  it('go where .lfsconfig says without the token, unless that is the project’s own place', async () => {
    const other = await startLfsHost(folder, { isOpen: true })
    closing.push(() => other.close())
    const elsewhere = other.origin.replace('127.0.0.1', 'localhost')
    shop.write('.lfsconfig', `[lfs]\n\turl = ${elsewhere}/any/info/lfs\n`)
    shop.write('a.bin', other.keep('contents'))
    const sha = shop.commit('elsewhere')
    const mirror = await open({ privateHosts: ['localhost'] })
    await mirror.fetch()
    other.download = (oid) => ({ href: `${elsewhere}/objects/${oid}` })
    expect((await deployed(mirror, null, sha)).found['a.bin']).toBe('644 contents')
    expect(other.asked.map(([, , authorization]) => authorization)).toEqual([undefined, undefined])
    shop.write('.lfsconfig', `[lfs]\n\turl = ${host.origin}/other/private.git/info/lfs\n`)
    shop.write('a.bin', host.keep('private'))
    const owners = shop.commit('another owner’s')
    await mirror.fetch()
    await expect(mirror.change(null, owners)).rejects.toMatchObject({ code: 'forbidden' })
    expect(host.shown(/private\.git/)).toEqual([undefined])
  })

  it('of one project are not there for another that names them', async () => {
    shop.write('a.bin', host.keep('contents'))
    const sha = shop.commit('pointer')
    const first = await open()
    await first.fetch()
    await deployed(first, null, sha)
    host.store.clear()
    const second = await open({}, 'two')
    await second.fetch()
    await expect(second.change(null, sha)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of submodules are asked for at the submodule’s own place', async () => {
    const library = new Repository(join(folder, 'acme/library'))
    library.write('.gitattributes', '*.dat filter=lfs\n')
    library.write('inner/b.dat', host.keep('in the library'))
    library.write('inner/c.bin', host.keep('not for LFS there'))
    const linked = library.commit('first')
    shop.git('config', '-f', '.gitmodules', 'submodule.lib.path', 'lib')
    shop.git('config', '-f', '.gitmodules', 'submodule.lib.url', `${host.origin}/acme/library/.git`)
    shop.git('add', '.')
    shop.git('update-index', '--add', '--cacheinfo', `160000,${linked},lib`)
    shop.git('commit', '-q', '-m', 'linked')
    const mirror = await open()
    await mirror.fetch()
    const { found } = await deployed(mirror, null, shop.git('rev-parse', 'HEAD'))
    expect(found['lib/inner/b.dat']).toBe('644 in the library')
    expect(found['lib/inner/c.bin']).toMatch(/^644 version/)
    expect(host.shown(/library\/\.git\/info\/lfs/)).toEqual([host.authorization])
  })

  it('are read from a repository on the panel’s own disk as git-lfs keeps them there', async () => {
    const pointer = host.keep('contents')
    const oid = [...host.store.keys()][0]!
    shop.write('a.bin', pointer)
    const sha = shop.commit('pointer')
    const mirrors = await openMirrors({ folder: join(folder, 'local'), localPrefixes: [folder] })
    const mirror = await mirrors.open({ id: 'one', url: shop.path, access: { kind: 'none' } }, wanted)
    await mirror.fetch()
    await expect(mirror.change(null, sha)).rejects.toMatchObject({ code: 'not_found' })
    const objects = join(shop.path, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4))
    mkdirSync(objects, { recursive: true })
    writeFileSync(join(objects, oid), 'CONTENTS')
    await expect(mirror.change(null, sha)).rejects.toMatchObject({ code: 'invalid' })
    writeFileSync(join(objects, oid), 'contents')
    expect((await deployed(mirror, null, sha)).found['a.bin']).toBe('644 contents')
  })
})
