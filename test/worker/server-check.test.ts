import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '@/lib/deploy/check.ts'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { openSecrets } from '@/lib/secrets.ts'
import { fingerprint, generateKeyPair, publicKeyOf } from '@/lib/ssh/keys.ts'
import { findAskedServer } from '@/lib/store/asked.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { checkServer } from '@/lib/worker/server-check.ts'
import { startSandbox } from '@/scripts/sandbox.ts'
import type { Sandbox } from '@/scripts/sandbox.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { canMakeMachines, startHost } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'

let own: TestDatabase
let db: Database
const secrets = openSecrets(randomBytes(32))
const panelId = randomUUID()

beforeAll(async () => {
  own = await testDatabase()
  db = openDatabase(own.url)
})
afterAll(async () => {
  await db.close()
  await own.drop()
})

async function addServer(address: ServerAddress): Promise<string> {
  const { host, port, user, privateKey, hostKey } = address
  const row = { name: randomUUID(), host, port, user, publicKey: publicKeyOf(privateKey), hostKey }
  return (await db.prisma.server.create({ data: { ...row, privateKey: secrets.encrypt(privateKey) } })).id
}

type Wanted = { adopt?: boolean; group?: string; owner?: string; mode?: string; runAs?: string }

/** An environment whose newest `after.deploy` runs as `runAs`; an older revision ran as somebody who doesn't exist. */
async function addEnvironment(serverId: string, root: string, wanted: Wanted = {}): Promise<string> {
  const { adopt = false, owner = 'www-data', group = 'deployer', mode = 'keep-exec', runAs = 'www-data' } = wanted
  const project = await db.prisma.project.create({
    data: { name: 'Shop', slug: randomUUID(), repositoryUrl: '/srv/shop', access: 'none' },
  })
  const names = { projectId: project.id, name: 'production', slug: 'production', branch: 'main' }
  const { id } = await db.prisma.environment.create({ data: { ...names, permissions: { owner, group, mode } } })
  await db.prisma.target.create({ data: { environmentId: id, serverId, root, adopt } })
  const hook = { environmentId: id, event: 'after.deploy', timeoutMs: 1000, createdBy: 'test' }
  await db.prisma.hookRevision.create({ data: { ...hook, number: 1, text: 'old', user: 'nobody-at-all' } })
  await db.prisma.hookRevision.create({ data: { ...hook, number: 2, text: 'new', user: runAs } })
  return id
}

async function check(serverId: string, root: string | null = null): Promise<CheckReport> {
  const server = await findAskedServer(db, serverId)
  if (!server) throw new Error('The server is gone.')
  return checkServer({ secrets, panelId }, server, root, AbortSignal.timeout(40_000))
}

const lineOf = (report: CheckReport, id: string) => report.lines.find((line) => line.id === id)
const verdicts = (report: CheckReport, ...ids: string[]) => ids.map((id) => `${id} ${lineOf(report, id)?.verdict}`)
const everything = ['reachable', 'key', 'shell', 'userland', 'bash', 'tar', 'git', 'disk', 'inodes', 'write', 'current']
const always = [...everything, 'clock', 'roundTrip', 'survival']

if (canMakeMachines()) {
  describe.each(['gnu', 'busybox'] as const)('the check of a server with a %s userland', (userland) => {
    let host: Host
    beforeAll(async () => {
      host = await startHost({ userland })
    })
    afterAll(() => host.stop())

    it('is fine where nothing is wanted yet, and leaves nothing behind', async () => {
      const report = await check(await addServer(host.address))
      expect(report.verdict).toBe('ok')
      expect(report.lines.map(({ id }) => id)).toEqual(always)
      expect(report.lines.every(({ remedy }) => remedy === undefined)).toBe(true)
      expect(lineOf(report, 'userland')?.detail).toBe(`${userland === 'gnu' ? 'GNU' : 'busybox'} userland`)
      expect(lineOf(report, 'write')?.detail).toBe('deployer may write to /webroot')
      expect(await host.shell('ls -A /webroot; ls -A /tmp')).toBe('')
    })

    it('names the sudo lines that an environment needs; pasted, they are all it takes', async () => {
      const root = await host.root()
      const serverId = await addServer(host.address)
      await addEnvironment(serverId, root)
      await host.shell(`cp /etc/sudoers /etc/sudoers.before && sed -i '/^deployer/d' /etc/sudoers`)
      const before = await check(serverId)
      expect(before.verdict).toBe('failed')
      const { detail, remedy = '' } = lineOf(before, 'sudo')!
      expect(detail).toContain('deployer may not run hooks as www-data')
      expect(lineOf(before, 'users')?.detail).toBe('www-data, group deployer')
      const lines = remedy.split('\n').filter((line) => line.startsWith('deployer '))
      await host.shell(`cat >>/etc/sudoers <<'EOF'\n${lines.join('\n')}\nEOF\n/usr/sbin/visudo -c -q -f /etc/sudoers`)
      const after = await check(serverId)
      await host.shell('mv /etc/sudoers.before /etc/sudoers')
      if (userland === 'gnu') expect(after.verdict).toBe('ok')
      else {
        // Its chown can't spare other people's files.
        expect(lineOf(after, 'sudo')).toMatchObject({
          verdict: 'warning',
          remedy: expect.stringMatching(/GNU coreutils/),
        })
      }
    })

    it('names users and groups that are missing, and a group that the login user is not in', async () => {
      const serverId = await addServer(host.address)
      await addEnvironment(serverId, await host.root(), { runAs: 'ghost', owner: 'phantom', group: 'ghosts' })
      const report = await check(serverId)
      expect(verdicts(report, 'user:ghost', 'user:phantom', 'group:ghosts', 'sudo')).toEqual([
        'user:ghost failed',
        'user:phantom warning',
        'group:ghosts warning',
        'sudo failed',
      ])
      expect(lineOf(report, 'user:ghost')?.remedy).toContain('useradd --system ghost')
      const other = await addServer(host.address)
      await addEnvironment(other, await host.root(), { owner: 'deployer', group: 'www-data' })
      expect(lineOf(await check(other), 'group:www-data')?.remedy).toContain('usermod -aG www-data deployer')
    })

    it('says where it may not write, with a line that a shell reads as it is meant', async () => {
      const serverId = await addServer(host.address)
      const root = `/srv/it's $(touch /tmp/ouch)`
      const before = await check(serverId, root)
      expect(lineOf(before, 'write')).toMatchObject({ verdict: 'failed', detail: 'deployer may not write to /srv' })
      await host.shell(lineOf(before, 'write')!.remedy!.split('\n')[1]!)
      expect(lineOf(await check(serverId, root), 'write')).toMatchObject({ verdict: 'ok' })
      expect(await host.shell('ls /tmp; rm -r /srv/it*')).toBe('')
    })

    it.each([
      ['a real directory', 'mkdir current', 'is a real directory'],
      [
        'Capistrano',
        'mkdir releases releases/1 shared; : >revisions.log; ln -s releases/1 current',
        'laid out by capistrano',
      ],
      ['Deployer', 'mkdir .dep releases releases/1 shared; ln -s releases/1 current', 'laid out by deployer'],
      ['Envoyer', 'mkdir releases releases/1 storage; : >.env; ln -s releases/1 current', 'laid out by envoyer'],
      ['a link to anywhere', 'ln -s /srv current', 'current leads to /srv'],
    ])('asks for consent before %s is taken over', async (_name, make, detail) => {
      const root = await host.root()
      await host.shell(`cd ${root} && ${make}; chown -R deployer: .`)
      const serverId = await addServer(host.address)
      const unasked = lineOf(await check(serverId, root), 'current')
      expect(unasked).toMatchObject({ verdict: 'warning', remedy: expect.stringContaining('Agree to adopt it') })
      expect(unasked?.detail).toContain(detail)
      await addEnvironment(serverId, root, { adopt: true })
      expect(lineOf(await check(serverId), 'current')).toMatchObject({
        verdict: 'ok',
        detail: expect.stringContaining('as agreed'),
      })
    })

    it('tells its own root from one that somebody else uses', async () => {
      const root = await host.root()
      const serverId = await addServer(host.address)
      const environmentId = await addEnvironment(serverId, root)
      const record = (text: string) => host.shell(`mkdir -p ${root}/.fairlead && echo ${text} >${root}/.fairlead/owner`)
      await record(`${panelId}/${environmentId}`)
      expect(lineOf(await check(serverId), 'owner')).toMatchObject({ verdict: 'ok' })
      await record(`${panelId}/another`)
      expect(lineOf(await check(serverId), 'owner')).toMatchObject({ verdict: 'failed', remedy: expect.any(String) })
    })

    it('checks every root that environments have on the server', async () => {
      const serverId = await addServer(host.address)
      await addEnvironment(serverId, await host.root(), { mode: 'off' })
      await addEnvironment(serverId, '/srv/second', { mode: 'off' })
      const report = await check(serverId)
      expect(verdicts(report, 'write', 'write /srv/second')).toEqual(['write ok', 'write /srv/second failed'])
      expect(lineOf(report, 'write /srv/second')?.label).toBe('Write access (/srv/second)')
      expect(new Set(report.lines.map(({ id }) => id)).size).toBe(report.lines.length)
    })

    it('notices a shell that cannot run programs', async () => {
      const serverId = await addServer(host.address)
      await host.shell(`cp /etc/passwd /etc/passwd.before && sed -i '/^deployer/s|:[^:]*$|:/bin/false|' /etc/passwd`)
      const report = await check(serverId)
      await host.shell('mv /etc/passwd.before /etc/passwd')
      expect(verdicts(report, 'reachable', 'key', 'shell')).toEqual(['reachable ok', 'key ok', 'shell failed'])
      expect(lineOf(report, 'shell')?.remedy).toContain('chsh -s /bin/bash deployer')
    })

    it('notices processes that do not outlive a log-out', async () => {
      const serverId = await addServer(host.address)
      // Much as KillUserProcesses=yes does: at the next login, whatever earlier ones left behind is ended.
      const lines = [
        '#!/bin/sh',
        'for p in /proc/[0-9]*; do if [ -O $p ] && grep -q "^PPid:.1$" $p/status; then kill -9 ${p#/proc/}; fi; done',
        'exec sh -c "$SSH_ORIGINAL_COMMAND"',
      ]
      await host.shell(`cat >/etc/wrap <<'EOF'\n${lines.join('\n')}\nEOF`)
      await host.shell(`cp -p /home/deployer/.ssh/authorized_keys /etc/keys.before`)
      await host.shell(`sed -i 's|^|command="/bin/sh /etc/wrap" |' /home/deployer/.ssh/authorized_keys`)
      const report = await check(serverId)
      await host.shell(`cp /etc/keys.before /home/deployer/.ssh/authorized_keys`)
      expect(lineOf(report, 'survival')).toMatchObject({
        verdict: 'failed',
        remedy: expect.stringContaining('enable-linger deployer'),
      })
    })

    it('notices a disk that is nearly full', async () => {
      const serverId = await addServer(host.address)
      await host.shell('dd if=/dev/zero of=/webroot/big bs=1M count=150 2>/dev/null')
      const report = await check(serverId)
      await host.shell('rm /webroot/big')
      expect(lineOf(report, 'disk')).toMatchObject({
        verdict: 'failed',
        remedy: expect.stringContaining('Free at least 200 MiB'),
      })
    })
  })
}

describe('the check of the sandbox', () => {
  let folder: string
  let sandbox: Sandbox
  let address: ServerAddress
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-'))
    sandbox = await startSandbox({ folder })
    const { privateKey, publicKey } = generateKeyPair()
    await sandbox.authorize(publicKey)
    address = { id: 's', host: '127.0.0.1', port: sandbox.port, user: 'demo', privateKey, hostKey: sandbox.hostKey }
  })
  afterAll(async () => {
    await sandbox.stop()
    await rm(folder, { recursive: true })
  })

  it('is fine', async () => {
    const report = await check(await addServer(address), join(sandbox.home, 'site'))
    expect(report.lines.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect(report.lines.map(({ id }) => id)).toEqual(always)
  })

  it('reports how far it got: another login key, another host key, nothing there', async () => {
    const key = generateKeyPair()
    const refused = await check(await addServer({ ...address, privateKey: key.privateKey }))
    expect(verdicts(refused, 'reachable', 'key')).toEqual(['reachable ok', 'key failed'])
    expect(lineOf(refused, 'key')?.remedy).toContain(key.publicKey.split(' ')[1])
    const changed = await check(await addServer({ ...address, hostKey: publicKeyOf(key.privateKey) }))
    expect(changed.lines).toHaveLength(1)
    expect(changed.lines[0]).toMatchObject({ id: 'reachable', verdict: 'failed', remedy: expect.any(String) })
    expect(changed.lines[0]?.detail).toContain(fingerprint(sandbox.hostKey))
    const gone = await check(await addServer({ ...address, port: 1 }))
    expect(gone).toMatchObject({ verdict: 'failed', lines: [{ id: 'reachable', verdict: 'failed' }] })
    await expect(check(await addServer({ ...address, hostKey: null }))).rejects.toMatchObject({ code: 'conflict' })
  })
})
