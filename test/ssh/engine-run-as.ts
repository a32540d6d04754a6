import { beforeAll, describe, expect, it } from 'vitest'
import { cancelProgram } from '@/lib/deploy/programs.ts'
import type { Connection } from '@/lib/deploy/types.ts'
import type { Host } from '../hosts/hosts.ts'
import { run } from './contract.ts'
import { context, deploy, hookOf } from './engine-ground.ts'
import { stubborn } from './engine-hooks.ts'
import { answer, outcomes } from './flight.ts'

/** A machine, and a connection to it as its deploy user. */
export type Place = { machine: Host; connection: Connection }

/** Hooks that run as another user, by sudo. */
export function runAsContract(place: Place): void {
  // Debian's sudo runs what it is asked to in a pseudo-terminal of its own, and passes output on through a pipe.
  const sudos = [
    ['as it is', ''],
    ['with use_pty, as Debian has it', 'Defaults use_pty'],
  ] as const

  describe.each(sudos)('hooks that run as www-data by sudo %s', (_how, setting) => {
    beforeAll(async () => {
      await place.machine.shell(`sed -i /use_pty/d /etc/sudoers; echo '${setting}' >>/etc/sudoers`)
      expect((await run(place.connection, 'sudo -n -l')).output.includes('use_pty')).toBe(setting !== '')
    })
    const processes = (): Promise<string> =>
      place.machine.shell('for p in /proc/[0-9]*; do stat -c "%u %n" $p; done 2>/dev/null | grep "^33 " || :')

    // A stubborn process lives for minutes, our own last sleep for a tenth of a second.
    const untilNone = () => expect.poll(processes, { timeout: 5_000 }).toBe('')

    it('runs them with variables and keeps their output', async () => {
      const root = await place.machine.root()
      const hooks = [hookOf('id -un; echo "$GREETING"; echo error >&2; pwd', { user: 'www-data' })]
      const flight = await deploy(place, root, {
        number: 1,
        hooks,
        exports: { GREETING: `it's "so"\n$(id)` },
      })
      expect(flight.output(5)).toBe(`www-data\nit's "so"\n$(id)\nerror\n${root}/release/release_1\n`)
      expect(outcomes(flight).at(-1)).toBe('close ok')
    })

    it('counts an end by signal, and an exit code, as failed', async () => {
      for (const [text, exit] of [
        ['kill -KILL $$', 137],
        ['exit 3', 3],
      ] as const) {
        const root = await place.machine.root()
        const flight = await deploy(place, root, { number: 1, hooks: [hookOf(text, { user: 'www-data' })] })
        expect(flight.entries).toContainEqual(
          expect.objectContaining({ type: 'end', step: 5, outcome: 'failed', exit }),
        )
      }
    })

    it.each([
      ['cancelled', 60_000],
      ['timed_out', 1_000],
    ] as const)('leaves nothing of www-data alive: %s', async (outcome, timeoutMs) => {
      const root = await place.machine.root()
      const hooks = [hookOf(stubborn, { user: 'www-data', timeoutMs })]
      const asked: Promise<unknown>[] = []
      let alive = ''
      const flight = await deploy(place, root, { number: 1, hooks, context: { graceMs: 300 } }, async (frame) => {
        if (frame.type !== 'O' || asked.length > 0) return
        alive = await processes()
        asked.push(
          outcome === 'cancelled'
            ? answer(place.connection, cancelProgram(context(root, 1), 'main'))
            : Promise.resolve(),
        )
      })
      await Promise.all(asked)
      expect(alive.split('\n').length).toBeGreaterThan(3)
      expect(outcomes(flight).slice(4)).toEqual([
        `5 ${outcome}`,
        '6 skipped',
        '7 skipped',
        outcome === 'cancelled' ? 'close cancelled' : 'close failed',
      ])
      await untilNone()
      expect((await run(place.connection, `ls ${root}/current`)).code).not.toBe(0)
    })

    it('ends a hook at the limit of a log', async () => {
      const root = await place.machine.root()
      const hooks = [hookOf('while :; do echo 0123456789; done', { user: 'www-data' })]
      const flight = await deploy(place, root, {
        number: 1,
        hooks,
        context: { outputLimit: 100_000, graceMs: 300 },
      })
      expect(outcomes(flight).slice(4)).toEqual(['5 output_limit', '6 skipped', '7 skipped', 'close failed'])
      expect(flight.output(5)).toHaveLength(100_000)
      await untilNone()
      await place.machine.shell(`rm -r ${root}`)
    })

    it('ends what a killed runner left of www-data, before the next segment runs', async () => {
      const root = await place.machine.root()
      const hooks = [hookOf(stubborn, { user: 'www-data' })]
      const kill = `read -r pid rest <${root}/.fairlead/run/1/main/pid; kill -KILL $pid`
      let killed = false
      const flight = await deploy(place, root, { number: 1, hooks }, async (frame) => {
        if (frame.type === 'O' && !killed) await run(place.connection, kill)
        killed ||= frame.type === 'O'
      })
      expect(flight.end).toBe('lost')
      expect(await processes()).not.toBe('')
      const next = await deploy(place, root, { number: 2, context: { graceMs: 300 } })
      expect(outcomes(next).at(-1)).toBe('close ok')
      await untilNone()
    })
  })
}
