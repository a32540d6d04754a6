import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection, PlannedHook, Segment, ServerAddress } from '@/lib/deploy/types.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { generateKeyPair } from '@/lib/ssh/keys.ts'
import { startSandbox } from '@/scripts/sandbox.ts'
import { canMakeMachines, startHost } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { run } from './contract.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'

type Ground = { address: ServerAddress; root(): Promise<string>; stop(): Promise<void> }

const owner = 'panel/environment'
const context = (root: string, deployment: number, more = {}) => ({
  root,
  owner,
  epoch: String(deployment),
  deployment,
  ...more,
})

/** One file named `version`, and one of `megabytes` zeros, as the tar that would be shipped. */
async function treeOf(version: string, megabytes = 0): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'tree-'))
  await mkdir(join(folder, 'tree'))
  await writeFile(join(folder, 'tree/version'), version)
  await writeFile(join(folder, 'tree/filler'), Buffer.alloc(megabytes * 1024 * 1024))
  const tar = execFileSync('tar', ['-cf', '-', '-C', join(folder, 'tree'), 'version', 'filler'], {
    maxBuffer: 256 * 1024 * 1024,
  })
  await rm(folder, { recursive: true })
  return tar
}

function hookOf(text: string, user?: string): PlannedHook {
  const hook = { event: 'after.deploy', origin: 'panel', from: 'panel', path: 'hook', text } as const
  return { ...hook, sha256: sha256(text), timeoutMs: 60_000, failure: 'stops', ...(user === undefined ? {} : { user }) }
}

function deploySegment(
  release: string,
  revision: string,
  expectCurrent: string | null,
  hook: PlannedHook | null,
): Segment {
  const steps = [
    step(1, { do: 'check', needBytes: 0, needInodes: 0, expectCurrent, adopt: false }),
    step(2, { do: 'tree', revision, base: null, files: 2, directories: 0, links: 0 }),
    step(3, { do: 'release', release, revision }),
    ...(hook ? [step(4, { do: 'hook', hook }, { timeoutMs: hook.timeoutMs })] : []),
    step(5, { do: 'complete', release, revision, envSha256: null }),
    step(6, { do: 'switch', release, expectCurrent }),
  ]
  return { name: 'main', targetId: 'target', steps }
}

async function sandboxGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'ground-'))
  const sandbox = await startSandbox({ folder })
  const { privateKey, publicKey } = generateKeyPair()
  await sandbox.authorize(publicKey)
  let roots = 0
  return {
    address: { id: 's', host: '127.0.0.1', port: sandbox.port, user: 's', privateKey, hostKey: sandbox.hostKey },
    root: async () => {
      const root = join(sandbox.home, String((roots += 1)))
      await mkdir(root)
      return root
    },
    stop: async () => {
      await sandbox.stop()
      await rm(folder, { recursive: true })
    },
  }
}

function segmentsOn(name: string, start: () => Promise<Ground>): void {
  describe(`segments over SSH on ${name}`, () => {
    let ground: Ground
    let connection: Connection
    const connector = openConnector()
    beforeAll(async () => {
      ground = await start()
      connection = await connector.connect(ground.address)
    })
    afterAll(async () => {
      await connector.close()
      await ground.stop()
    })

    it('deploys: ships a tree, runs a hook with variables, switches', async () => {
      const root = await ground.root()
      const hook = hookOf('echo "hook says $GREETING"; cat version')
      const flight = await fly(connection, context(root, 1), deploySegment('one', 'a'.repeat(40), null, hook), {
        exports: { GREETING: `it's "all" $HOME\nright` },
        payloads: [{ name: 'tree.tar', bytes: await treeOf('first\n', 3) }],
      })
      expect(flight).toMatchObject({ refused: null, end: 'done' })
      expect(outcomes(flight)).toEqual(['1 ok', '2 ok', '3 ok', '4 ok', '5 ok', '6 ok', 'close ok'])
      expect(flight.output(4)).toBe(`hook says it's "all" $HOME\nright\nfirst\n`)
      expect((await run(connection, `cat ${root}/current/version; readlink ${root}/current`)).output).toBe(
        `first\n${root}/release/one\n`,
      )
    })

    it('runs a segment on when its line is cut, and leaves the live release when a hook fails', async () => {
      const root = await ground.root()
      const payloads = [{ name: 'tree.tar', bytes: await treeOf('first\n') }]
      await fly(connection, context(root, 1), deploySegment('one', 'a'.repeat(40), null, null), { payloads })

      const doomed = await openConnector().connect(ground.address)
      const waiting = hookOf(`until [ -e ${root}/go ]; do sleep 0.05; done; echo went; exit 3`)
      const segment = deploySegment('two', 'b'.repeat(40), 'one', waiting)
      const flying = fly(doomed, context(root, 2), segment, { payloads }, (frame) => {
        if (frame.type === 'J' && Buffer.from(frame.bytes).includes('begin 4')) doomed.end()
      })
      await flying
      await run(connection, `touch ${root}/go`)
      // Sending the same start again attaches: an id is used once.
      const flight = await fly(connection, context(root, 2), segment, { payloads })
      expect(outcomes(flight)).toEqual(['1 ok', '2 ok', '3 ok', '4 failed', '5 skipped', '6 skipped', 'close failed'])
      expect(flight.output(4)).toBe('went\n')
      expect((await run(connection, `readlink ${root}/current`)).output).toBe(`${root}/release/one\n`)
    })
  })
}

segmentsOn('the sandbox', sandboxGround)

if (canMakeMachines()) {
  for (const userland of ['gnu', 'busybox'] as const) {
    segmentsOn(`OpenSSH with a ${userland} userland`, () => startHost({ userland }))

    describe(`a ${userland} machine with other users and a small disk`, () => {
      let machine: Host
      let connection: Connection
      const connector = openConnector()
      beforeAll(async () => {
        machine = await startHost({ userland, diskMb: 40 })
        connection = await connector.connect(machine.address)
      })
      afterAll(async () => {
        await connector.close()
        await machine.stop()
      })

      it('ends everything of www-data when a hook that runs as it is cancelled', async () => {
        const root = await machine.root()
        const payloads = [{ name: 'tree.tar', bytes: await treeOf('first\n') }]
        const stubborn = [
          'trap "" TERM HUP INT',
          'id -un',
          '(trap "" TERM; while :; do sleep 60; done) &',
          'setsid sh -c \'trap "" TERM; while :; do sleep 61; done\' </dev/null >/dev/null 2>&1 &',
          'echo ready',
          'while :; do sleep 62; done',
        ].join('\n')
        const segment = deploySegment('one', 'a'.repeat(40), null, hookOf(stubborn, 'www-data'))
        let cancelled = false
        const ctx = context(root, 1, { graceMs: 300 })
        let output = ''
        const flight = await fly(connection, ctx, segment, { payloads }, async (frame) => {
          if (frame.type === 'O') output += Buffer.from(frame.bytes).toString()
          if (cancelled || !output.includes('ready')) return
          cancelled = true
          expect(Number(await machine.shell('ps -o user= -e 2>/dev/null | grep -c www-data || :'))).toBeGreaterThan(2)
          await run(connection, `touch ${root}/.fairlead/hooks/1/cancel.main`)
        })
        expect(flight.output(4)).toMatch(/^www-data\nready\n/)
        expect(outcomes(flight)).toEqual([
          '1 ok',
          '2 ok',
          '3 ok',
          '4 cancelled',
          '5 skipped',
          '6 skipped',
          'close cancelled',
        ])
        const left = await machine.shell(
          'for p in /proc/[0-9]*; do stat -c "%u %n" $p; done 2>/dev/null | grep "^33 " || :',
        )
        expect(left).toBe('')
        expect((await run(connection, `ls ${root}/current`)).code).not.toBe(0)
      })

      it('leaves the live release as it was when the disk is full while shipping', async () => {
        const root = await machine.root()
        const first = [{ name: 'tree.tar', bytes: await treeOf('first\n') }]
        await fly(connection, context(root, 1), deploySegment('one', 'a'.repeat(40), null, null), { payloads: first })
        // Fits once (as it arrives), not twice (unpacked beside it); then not even once.
        for (const [deployment, megabytes] of [
          [2, 25],
          [3, 60],
        ] as const) {
          const payloads = [{ name: 'tree.tar', bytes: await treeOf('second\n', megabytes) }]
          const segment = deploySegment(`number-${deployment}`, 'b'.repeat(40), 'one', null)
          const flight = await fly(connection, context(root, deployment), segment, { payloads })
          if (flight.refused === null) {
            expect(outcomes(flight)).toContain('close failed')
            expect(factOf(flight, 'failure')).toMatch(/^disk_full /)
          } else expect(flight.refused).toMatch(/^disk_full/)
          const { output } = await run(
            connection,
            `readlink ${root}/current; cat ${root}/current/version; ls ${root}/release`,
          )
          expect(output).toBe(`${root}/release/one\nfirst\none\n`)
        }
        const payloads = [{ name: 'tree.tar', bytes: await treeOf('third\n') }]
        const third = await fly(connection, context(root, 4), deploySegment('three', 'c'.repeat(40), 'one', null), {
          payloads,
        })
        expect(outcomes(third)).toContain('close ok')
      })
    })
  }
}
