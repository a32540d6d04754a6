import { once } from 'node:events'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../scripts/sandbox.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { generateKeyPair } from '../../lib/ssh/keys.ts'
import { certified } from './certificate.ts'
import { Repository, temporaryFolder } from './fixtures.ts'

let folder: string
let repository: Repository
let sha: string
const closing: (() => unknown)[] = []

beforeEach(() => {
  folder = temporaryFolder()
  repository = new Repository(join(folder, 'source'))
  repository.write('a', 'a')
  sha = repository.commit('first')
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  rmSync(folder, { recursive: true })
})

const mirrors = () => openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [] })
const agents = () => readdirSync(tmpdir()).filter((name) => name.startsWith('fairlead-agent-'))

describe('over SSH', () => {
  it('fetches with the key of the repository and leaves no key and no agent behind', async () => {
    const sandbox = await startSandbox({ folder: join(folder, 'ssh') })
    closing.push(() => sandbox.stop())
    const { privateKey, publicKey } = generateKeyPair('deploy key')
    const before = agents()
    const address = { id: 'one', url: `ssh://git@127.0.0.1:${sandbox.port}${repository.path}` }
    const withKey = { ...address, access: { kind: 'key' as const, privateKey } }
    const refused = (await mirrors()).lsRemote(withKey)
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
    await sandbox.authorize(publicKey)
    expect(await (await mirrors()).lsRemote(withKey)).toEqual([{ name: 'main', kind: 'branch', sha }])
    const mirror = await (await mirrors()).open(withKey)
    await mirror.fetch()
    expect((await mirror.resolve('main')).sha).toBe(sha)
    const keyless = (await mirrors()).lsRemote({ ...address, access: { kind: 'none' } })
    await expect(keyless).rejects.toMatchObject({ code: 'forbidden' })
    expect(agents()).toEqual(before)
    const kept = readdirSync(join(folder, 'mirrors'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    expect(kept.filter((text) => text.includes(privateKey.split('\n')[2] ?? ''))).toEqual([])
  })

  it('notices that the host shows another key than before', async () => {
    const { privateKey, publicKey } = generateKeyPair('deploy key')
    const first = await startSandbox({ folder: join(folder, 'ssh') })
    await first.authorize(publicKey)
    const url = `ssh://git@127.0.0.1:${first.port}${repository.path}`
    const address = { id: 'one', url, access: { kind: 'key' as const, privateKey } }
    await (await mirrors()).lsRemote(address)
    await first.stop()
    const second = await startSandbox({ folder: join(folder, 'other'), port: first.port })
    closing.push(() => second.stop())
    await second.authorize(publicKey)
    await expect((await mirrors()).lsRemote(address)).rejects.toMatchObject({ code: 'host_key_changed' })
  })
})

describe('over HTTPS', () => {
  /** Serves the repository's files as git's plain protocol reads them, to whoever shows the token; sends others elsewhere on wish. */
  async function startHost() {
    repository.git('repack', '-adq')
    repository.git('update-server-info')
    const seen: (string | undefined)[] = []
    const { key, cert, certificate } = certified(folder)
    const server = createServer({ key, cert }, (request, response) => {
      seen.push(request.headers.authorization)
      const path = (request.url ?? '').split('?')[0] ?? ''
      if (request.headers.authorization !== `Basic ${Buffer.from('ada:s3cret').toString('base64')}`)
        return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      try {
        response.end(readFileSync(join(repository.path, '.git', path.replace('/shop.git/', ''))))
      } catch {
        response.writeHead(404).end()
      }
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => server.close())
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/shop.git`, certificate, seen }
  }

  it('trusts only what the machine trusts, and shows the token to nobody else', async () => {
    const { url, certificate, seen } = await startHost()
    const access = { kind: 'token' as const, user: 'ada', token: 's3cret' }
    const address = { id: 'one', url, access }
    await expect((await mirrors()).lsRemote(address)).rejects.toMatchObject({ code: 'unreachable' })
    expect(seen).toEqual([])
    process.env['GIT_SSL_CAINFO'] = certificate
    closing.push(() => delete process.env['GIT_SSL_CAINFO'])
    expect(await (await mirrors()).lsRemote(address)).toEqual([{ name: 'main', kind: 'branch', sha }])
    const mirror = await (await mirrors()).open(address)
    await mirror.fetch()
    expect((await mirror.resolve('main')).sha).toBe(sha)
    for (const wrong of [{ ...access, token: 'other' }, { kind: 'none' as const }]) {
      const refused = (await mirrors()).lsRemote({ ...address, access: wrong })
      const error: unknown = await refused.catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'forbidden' })
      expect(JSON.stringify(error)).not.toContain('other')
    }
    const missing = (await mirrors()).lsRemote({ ...address, url: url.replace('shop', 'nothing') })
    await expect(missing).rejects.toMatchObject({ code: 'not_found' })
    expect(readFileSync(join(folder, 'mirrors/one.git/config'), 'utf8')).not.toContain('s3cret')
  })

  it('wants the access that fits the address', async () => {
    const token = { kind: 'token' as const, user: '', token: 's3cret' }
    const key = { kind: 'key' as const, privateKey: generateKeyPair('deploy key').privateKey }
    const unfit = [
      { url: 'git@127.0.0.1:acme/shop', access: token },
      { url: 'https://127.0.0.1/acme/shop', access: key },
      { url: 'https://127.0.0.1/acme/shop', access: { ...token, token: 'a\r\nX-Other: b' } },
      { url: 'git@127.0.0.1:acme/shop', access: { kind: 'key' as const, privateKey: 'nonsense' } },
    ]
    for (const one of unfit)
      await expect((await mirrors()).lsRemote({ id: 'one', ...one }), one.url).rejects.toMatchObject({
        code: 'invalid',
      })
  })
})
