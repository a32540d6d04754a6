// A release on its way from one server to another, on two real hosts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PanelError } from '@/lib/errors.ts'
import { openSecrets } from '@/lib/secrets.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { chooseCopy, copyPayload } from '@/lib/worker/copy.ts'
import type { Release, Target } from '@/lib/worker/ground.ts'
import { lookAt } from '@/lib/worker/look.ts'
import { Spool } from '@/lib/worker/spool.ts'
import { startHost } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { context, deploy, hookOf, releaseOf } from '../ssh/engine-ground.ts'
import { fly, outcomes, step } from '../ssh/flight.ts'

const name = releaseOf(1)
const secrets = openSecrets(Buffer.alloc(32, 1))
const connector = openConnector()
const worker = { connector, secrets, panelId: 'panel' }
const { signal } = new AbortController()
let hosts: Host[]
beforeAll(async () => (hosts = await Promise.all([startHost(), startHost()])))
afterAll(async () => {
  await connector.close()
  await Promise.all(hosts.map((host) => host.stop()))
})

/** A target as rows have it, of which only this matters here. */
function targetAt({ address }: Host, root: string): Target {
  const { host, port, user, privateKey, hostKey } = address
  const server = { id: `s${port}`, name: `web-${port}`, host, port, user, hostKey, jumpId: null }
  const row = { id: `t${port}`, environmentId: 'environment', root, liveRelease: null }
  return { ...row, server: { ...server, privateKey: secrets.encrypt(privateKey) } } as unknown as Target
}

/** A release on the first host, which the second one lacks. */
async function given(recorded = true) {
  const [root, home] = await Promise.all([hosts[1]!.root(), hosts[0]!.root()])
  const [from, to] = [targetAt(hosts[0]!, home), targetAt(hosts[1]!, root)]
  const connection = await connector.connect(hosts[0]!.address)
  const filler = Buffer.alloc(3_000_000, 'page ')
  const hooks = [hookOf('chmod 2775 app; ln -s "$FAIRLEAD_ROOT/storage/app" shared', { event: 'after.pull' })]
  const made = { number: 1, env: 'SECRET=never-said\n', files: { 'app/page': filler, version: 'one\n' }, hooks }
  const flight = await deploy({ connection }, home, { ...made, exports: { FAIRLEAD_ROOT: home } })
  expect(outcomes(flight).at(-1)).toBe('close ok')
  connection.end()
  const look = recorded && (await lookAt(worker, from, { release: name, recorded: null, record: true }, signal))
  const manifestHash = look ? look.release!.manifest : null
  const onTargets = [{ targetId: from.id, state: 'complete', manifestHash }]
  const release = { number: 1, name, revision: 'a'.repeat(40), onTargets } as unknown as Release
  return { from, to, home, root, release }
}

test('a release arrives on another server as it is on the first, its variables included', async () => {
  const { from, to, home, root, release } = await given()
  const copy = await chooseCopy(worker, [from, to], release, to, signal)
  expect(copy.from).toBe(from)
  const { manifest, bytes, env } = copy
  const receive = { do: 'receive', release: name, from: from.id, home, manifest, bytes } as const
  const payload = await copyPayload(worker, [from, to], receive, signal)
  const parts: Uint8Array[] = []
  for await (const part of payload.open()) parts.push(part)
  const connection = await connector.connect(hosts[1]!.address)
  const steps = [
    step(1, receive),
    step(2, { do: 'complete', release: name, revision: 'r', envSha256: env }),
    step(3, { do: 'verify', release: name, envSha256: env }),
    step(4, { do: 'switch', release: name, expectCurrent: null }),
  ]
  const segment = { name: 'main', targetId: to.id, steps }
  const payloads = [{ name: payload.name, bytes: Buffer.concat(parts) }]
  const flight = await fly(connection, context(root, 1), segment, { payloads })
  connection.end()
  expect(outcomes(flight).at(-1)).toBe('close ok')
  expect(payload.length).toBe(payloads[0]!.bytes.length)
  expect(
    await hosts[1]!.shell(`cat ${root}/current/version ${root}/current/.env; stat -c %a ${root}/current/app`),
  ).toBe('one\nSECRET=never-said\n2775\n')
  expect(await lookAt(worker, to, { release: name, recorded: null, record: false }, signal)).toMatchObject({
    current: name,
    release: { manifest, env },
  })
  await payload.dispose()
})

test('what was changed where it is to come from is not copied; what was added there since does not matter', async () => {
  const { from, to, home, release } = await given()
  await hosts[0]!.shell(`echo cache >${home}/current/app/cache`)
  expect(await chooseCopy(worker, [from, to], release, to, signal)).toMatchObject({ env: expect.any(String) })
  const env = `${home}/current/.env`
  await hosts[0]!.shell(`cp -p ${env} ${home}/kept; echo MORE=1 >>${env}`)
  await expect(chooseCopy(worker, [from, to], release, to, signal)).rejects.toMatchObject({
    message: expect.stringMatching(/its \.env is not the one that was deployed any more/),
  })
  await hosts[0]!.shell(`mv ${home}/kept ${env}`)
  await hosts[0]!.shell(`echo other >${home}/current/version`)
  await expect(chooseCopy(worker, [from, to], release, to, signal)).rejects.toMatchObject({
    code: 'release_missing',
    message: expect.stringMatching(/its files are not those that were deployed any more/),
  })
  await hosts[0]!.shell(`rm -r ${home}/release/${name}`)
  await expect(chooseCopy(worker, [from, to], release, to, signal)).rejects.toMatchObject({
    message: expect.stringMatching(/it is not complete any more/),
  })
  const receive = { do: 'receive', release: name, from: from.id, home } as const
  await expect(
    copyPayload(worker, [from, to], { ...receive, manifest: 'a'.repeat(64), bytes: 1 }, signal),
  ).rejects.toMatchObject({
    code: 'release_missing',
  })
})

test('nobody can read what is passed on, and a disk without room is said before anything is sent', async () => {
  const spool = await Spool.make(10)
  await spool.write(Buffer.from('SECRET='))
  await spool.write(Buffer.from('never-said'))
  const read = async () => {
    const parts: Uint8Array[] = []
    for await (const part of spool.read()) parts.push(part)
    return Buffer.concat(parts).toString()
  }
  expect([await read(), await read(), spool.length]).toEqual(['SECRET=never-said', 'SECRET=never-said', 17])
  await spool.close()
  await expect(Spool.make(2 ** 60)).rejects.toThrow(PanelError)
})
