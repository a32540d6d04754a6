import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCheck } from '@/lib/deploy/check.ts'
import { cancelProgram, checkProgram } from '@/lib/deploy/programs.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { startHost } from '../hosts/hosts.ts'
import { run } from './contract.ts'
import { context, deploy, deploySegment, hookOf, releaseOf } from './engine-ground.ts'
import { configureOwnerContract } from './engine-configure-owner.ts'
import { fullDiskContract } from './engine-full-disk.ts'
import { placeRootContract } from './engine-place-root.ts'
import { runAsContract } from './engine-run-as.ts'
import type { Place } from './engine-run-as.ts'
import { answer, factOf, fly, outcomes, step } from './flight.ts'

/** What needs other users, sudo, and a disk of its own: machines only. */
export function machineContract(userland: 'gnu' | 'busybox'): void {
  describe(`a ${userland} machine with other users and a small disk`, () => {
    const place = {} as Place
    const connector = openConnector()
    beforeAll(async () => {
      place.machine = await startHost({ userland, diskMb: 40 })
      place.connection = await connector.connect(place.machine.address)
    })
    afterAll(async () => {
      await connector.close()
      await place.machine.stop()
    })

    runAsContract(place)
    placeRootContract(place, userland)
    fullDiskContract(place)
    // busybox's chown can't be told whose files to leave alone: nothing is ever given away there.
    if (userland === 'gnu') configureOwnerContract(place)

    it.each([
      ['tar', 2, 'cancelled', 60_000],
      ['tar', 2, 'timed_out', 500],
      ['cp', 3, 'cancelled', 60_000],
      ['cp', 3, 'timed_out', 500],
    ] as const)('ends a step of ours whose %s does not end (step %i): %s', async (tool, n, outcome, timeoutMs) => {
      const root = await place.machine.root()
      await deploy(place, root, { number: 1 })
      const path = (await run(place.connection, `command -v ${tool}`)).output.trim()
      // It says that it is there, and ignores TERM; asked for its version it answers, as the runner asks before any step.
      const endless = [
        '#!/bin/sh',
        'case $1 in --*) exit 1 ;; esac',
        'trap "" TERM',
        'echo waiting',
        'while :; do sleep 600; done',
        '',
      ].join('\n')
      await place.machine.shell(`mv ${path} ${path}.kept; cat >${path} <<'EOF'\n${endless}EOF\nchmod 755 ${path}`)
      const { segment, tree } = await deploySegment({ number: 2, live: 1 })
      const steps = segment.steps.map((one) => (one.n === n ? { ...one, timeoutMs } : one))
      const asked: Promise<unknown>[] = []
      const ctx = context(root, 2, { graceMs: 300 })
      const flight = await fly(place.connection, ctx, { ...segment, steps }, { payloads: [tree.payload] }, (frame) => {
        if (frame.type === 'O' && outcome === 'cancelled' && asked.length === 0)
          asked.push(answer(place.connection, cancelProgram(ctx, 'main')))
      })
      await place.machine.shell(`rm ${path}; mv ${path}.kept ${path}`)
      expect(outcomes(flight)).toContain(`${n} ${outcome}`)
      expect(outcomes(flight).at(-1)).toBe(outcome === 'cancelled' ? 'close cancelled' : 'close failed')
      expect((await run(place.connection, `pgrep -f '^sleep 600'`)).output).toBe('')
      expect((await run(place.connection, `cat ${root}/current/version; ls ${root}/release`)).output).toBe(
        '1\nrelease_1\n',
      )
      const third = await deploy(place, root, { number: 3, live: 1 })
      expect(outcomes(third).at(-1)).toBe('close ok')
    })

    it('gives releases to another user by sudo, and prunes what that user wrote or names it', async () => {
      const root = await place.machine.root()
      const asked = {
        root,
        users: [],
        commands: [],
        groups: ['deployer'],
        owner: 'www-data',
        mine: null,
        adopt: false,
        nowMs: Date.now(),
      }
      const { text = '' } = await answer(place.connection, checkProgram(asked))
      const remedy = parseCheck(Buffer.from(text), asked).lines.find((line) => line.id === 'sudo')?.remedy ?? ''
      const owned = async (number: number, live?: number) => {
        const { segment, tree } = await deploySegment({
          number,
          ...(live === undefined ? {} : { live }),
          files: { 'app/run': '', version: 'x' },
        })
        const permissions = { owner: 'www-data', group: 'deployer', mode: 'keep-exec' } as const
        const pass = step(10, { do: 'permissions', release: releaseOf(number), permissions })
        const prune = step(11, { do: 'prune', remove: number > 2 ? [releaseOf(1)] : [], keep: [] })
        const steps = [...segment.steps.slice(0, 4), pass, ...segment.steps.slice(4), prune]
        return fly(place.connection, context(root, number), { ...segment, steps }, { payloads: [tree.payload] })
      }
      const without = await owned(1)
      expect([outcomes(without).at(-1), factOf(without, 'note')]).toEqual([
        'close ok',
        'release/release_1 stays with deployer: sudo for chown to www-data:deployer is not allowed here',
      ])
      if (userland === 'busybox') {
        expect(remedy).toContain('install the chown of GNU coreutils')
        return
      }
      const lines = remedy.split('\n').filter((line) => line.startsWith('deployer ALL='))
      await place.machine.shell(`cat >>/etc/sudoers <<'EOF'\n${lines.join('\n')}\nEOF\nvisudo -c`)
      const flight = await owned(2, 1)
      expect([outcomes(flight).at(-1), factOf(flight, 'note')]).toEqual(['close ok', undefined])
      const seen = await run(place.connection, `cd ${root}/current/; stat -c '%U:%G %a' . app app/run`)
      expect(seen.output).toBe('www-data:deployer 2775\nwww-data:deployer 2775\nwww-data:deployer 664\n')
      // Written by the application into the release that is to go, where nobody else may delete.
      await place.machine.shell(
        `cd ${root}/release/release_1; mkdir -m 755 cache; touch cache/page; chown -R www-data cache`,
      )
      const third = await owned(3, 2)
      expect(outcomes(third).at(-1)).toBe('close ok')
      expect(factOf(third, 'kept')).toBe('release_1 some of its files belong to another user')
      expect((await run(place.connection, `ls ${root}/release`)).output).toBe('release_2\nrelease_3\n')
    })

    it('says why when sudo is refused', async () => {
      const root = await place.machine.root()
      const flight = await deploy(place, root, { number: 1, hooks: [hookOf('id', { user: 'nobody' })] })
      expect(outcomes(flight).slice(4)).toEqual(['5 failed', '6 skipped', '7 skipped', 'close failed'])
      expect(factOf(flight, 'failure')).toMatch(/^command_failed after\.deploy: sudo: /)
    })

    it('leaves the live release as it was when the disk is full while shipping', async () => {
      const root = await place.machine.root()
      await deploy(place, root, { number: 1 })
      // Fits once (as it arrives), not twice (unpacked beside it); then not even once.
      for (const [number, megabytes] of [
        [2, 25],
        [3, 60],
      ] as const) {
        const files = { version: `${number}\n`, filler: Buffer.alloc(megabytes * 1024 * 1024) }
        const flight = await deploy(place, root, { number, live: 1, files })
        if (flight.refused === null) {
          expect(outcomes(flight)).toContain('close failed')
          expect(factOf(flight, 'failure')).toMatch(/^disk_full /)
        } else expect(flight.refused).toMatch(/^disk_full/)
        const { output } = await run(
          place.connection,
          `readlink ${root}/current; cat ${root}/current/version; ls ${root}/release`,
        )
        expect(output).toBe(`${root}/release/release_1\n1\nrelease_1\n`)
      }
      const fourth = await deploy(place, root, { number: 4, live: 1 })
      expect(outcomes(fourth).at(-1)).toBe('close ok')
    })
  })
}
