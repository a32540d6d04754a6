import { expect, it } from 'vitest'
import { attachProgram, cancelProgram } from '@/lib/deploy/programs.ts'
import { run } from './contract.ts'
import { context, deploy, hookOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { answer, factOf, follow, outcomes, sha256, stream } from './flight.ts'

/** TERM, HUP and INT ignored, also by a child in the same session and by one in its own; ends by itself after minutes. */
export const stubborn = [
  'trap "" TERM HUP INT',
  '(trap "" TERM; while :; do sleep 60; done) &',
  `setsid sh -c 'trap "" TERM; while :; do sleep 61; done' </dev/null >/dev/null 2>&1 &`,
  'echo $$ $! $PPID',
  'while :; do sleep 62; done',
].join('\n')

/** What hooks may do, and may not. */
export function hookContract(site: Site): void {
  const ended = (flight: Parameters<typeof outcomes>[0]): string[] => outcomes(flight).slice(4)

  it('takes nothing that a hook writes for a boundary', async () => {
    const root = await site.ground.root()
    const forged = [
      '%fairlead1',
      'S main 9 started 0 0',
      'begin 6 0',
      'end 5 ok 0 0 0',
      'close ok 0',
      'fact 5 switched 1',
      'J 0 14',
      'close ok 0',
      'O 6 0 4',
      'X need_full',
      'H',
      'Z 2',
      'E done',
      'fairlead ok 0',
    ]
    const text = [
      ...forged.map((line) => `echo '${line}'`),
      `for fd in 2 3 4 5 6 7 8 9; do { echo 'fairlead ok 0' >&$fd; } 2>/dev/null; done`,
      'exit 7',
    ].join('\n')
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf(text)] })
    expect(ended(flight)).toEqual(['5 failed', '6 skipped', '7 skipped', 'close failed'])
    expect(flight.output(5)).toBe(`${forged.join('\n')}\n`)
    expect(flight.entries).toContainEqual(expect.objectContaining({ type: 'end', step: 5, exit: 7 }))
    expect(factOf(flight, 'switched')).toBeUndefined()
  })

  it('lets a hook make what others can read, and keeps its output for us', async () => {
    const root = await site.ground.root()
    const flight = await deploy(site, root, {
      number: 1,
      hooks: [hookOf('echo said; mkdir folder; echo x >file; umask')],
    })
    expect(flight.output(5)).toBe('said\n0022\n')
    const { output } = await run(
      site.connection,
      `cd ${root}/current && stat -c %a folder file ${root}/.fairlead/run/1/main/5.out`,
    )
    expect(output).toBe('755\n644\n600\n')
  })

  it('keeps what a background child writes after its step out of that step and of the next', async () => {
    const root = await site.ground.root()
    const first = `echo first; (until [ -e ${root}/go ]; do sleep 0.02; done; echo late; touch ${root}/wrote) & `
    const second = `touch ${root}/go; until [ -e ${root}/wrote ]; do sleep 0.02; done; echo second`
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf(first), hookOf(second)] })
    expect(ended(flight)).toEqual(['5 ok', '6 ok', '7 ok', '8 ok', 'close ok'])
    expect([flight.output(5), flight.output(6)]).toEqual(['first\n', 'second\n'])
    expect(flight.entries).toContainEqual({ type: 'sum', step: 5, size: 6, sha256: sha256('first\n') })
    expect((await run(site.connection, `cat ${root}/.fairlead/run/1/main/5.out`)).output).toBe('first\nlate\n')
  })

  it('sends frames as long as they say when a log was cut short behind its back', async () => {
    const root = await site.ground.root()
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf('echo 0123456789')] })
    await run(site.connection, `echo 012 >${root}/.fairlead/run/1/main/5.out`)
    const again = await follow(
      site.connection,
      stream(attachProgram(context(root, 1), 'main', { journal: 0, steps: {} })),
    )
    expect(again.entries).toEqual(flight.entries)
    expect(again.output(5)).toBe(`012\n${'\0'.repeat(7)}`)
  })

  it('does not wait for a daemon that holds the output of its hook, and lets it live', async () => {
    const root = await site.ground.root()
    const text = `(until [ -e ${root}/go ]; do sleep 0.05; done; echo gone >${root}/gone) & echo started`
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf(text)] })
    expect(outcomes(flight).at(-1)).toBe('close ok')
    const { output } = await run(
      site.connection,
      `touch ${root}/go; until [ -s ${root}/gone ]; do :; done; cat ${root}/gone`,
    )
    expect(output).toBe('gone\n')
  })

  it.each([
    ['timed_out', 1_000],
    ['cancelled', 60_000],
  ] as const)('ends a hook that ignores TERM: %s', async (outcome, timeoutMs) => {
    const root = await site.ground.root()
    const asked: Promise<unknown>[] = []
    const hooks = [hookOf(stubborn, { timeoutMs }), hookOf('echo after')]
    const flight = await deploy(site, root, { number: 1, hooks, context: { graceMs: 300 } }, (frame) => {
      if (outcome === 'cancelled' && frame.type === 'O' && asked.length === 0) {
        asked.push(answer(site.connection, cancelProgram(context(root, 1), 'main')))
      }
    })
    await Promise.all(asked)
    const close = outcome === 'cancelled' ? 'close cancelled' : 'close failed'
    expect(ended(flight)).toEqual([`5 ${outcome}`, '6 skipped', '7 skipped', '8 skipped', close])
    expect(flight.entries).toContainEqual(expect.objectContaining({ type: 'end', step: 5, outcome, exit: 137 }))
    const pids = flight.output(5).trim().split(' ')
    expect(pids).toHaveLength(3)
    const alive = `for p in ${pids.join(' ')}; do [ ! -d /proc/$p ] || cat /proc/$p/cmdline; done; ls ${root}/current`
    expect((await run(site.connection, alive)).output).toBe('')
  })

  it.each([
    ['a hook that kills itself', 'kill -KILL $$', 137],
    ['a hook that ends by TERM', 'kill -TERM $$', 143],
    ['a hook whose last command is killed', `sh -c 'kill -SEGV $$'`, 139],
    ['a hook that exits 255', 'exit 255', 255],
  ])('counts %s as failed', async (_what, text, exit) => {
    const root = await site.ground.root()
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf(`echo before\n${text}`)] })
    expect(ended(flight)).toEqual(['5 failed', '6 skipped', '7 skipped', 'close failed'])
    expect(flight.entries).toContainEqual(expect.objectContaining({ type: 'end', step: 5, outcome: 'failed', exit }))
    expect(factOf(flight, 'failure')).toBe(`command_failed after.deploy ended with exit code ${exit}`)
  })

  it('fails a hook that kills its supervisor, and leaves nothing of it alive', async () => {
    const root = await site.ground.root()
    const text = `echo $$; kill -KILL $PPID; while :; do sleep 60; done`
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf(text)], context: { graceMs: 200 } })
    expect(ended(flight)).toEqual(['5 failed', '6 skipped', '7 skipped', 'close failed'])
    const [pid = '0'] = flight.output(5).split('\n')
    expect((await run(site.connection, `[ ! -d /proc/${pid} ] || cat /proc/${pid}/cmdline`)).output).toBe('')
  })

  it('goes on after a failure that is to be ignored, and says so', async () => {
    const root = await site.ground.root()
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf('exit 4', { failure: 'ignored' })] })
    expect(ended(flight)).toEqual(['5 failed', '6 ok', '7 ok', 'close ok'])
  })

  it('ends a line of 1 GB at the limit of a log, in bounded memory', async () => {
    const root = await site.ground.root()
    const MiB = 1024 * 1024
    // The most that any process of ours (they work in the root) has ever held, in KiB.
    const peak = [
      `for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = ${root} ] && grep VmHWM $p/status; done 2>/dev/null`,
      `tr -dc '0-9\\n' | sort -n | tail -n 1`,
    ].join(' | ')
    let largest = 0
    let watched: Promise<{ output: string }> | null = null
    const hooks = [hookOf(`head -c 1000000000 /dev/zero | tr '\\0' x`)]
    const flight = await deploy(site, root, { number: 1, hooks, context: { graceMs: 200 } }, (frame) => {
      if (frame.type !== 'O') return
      largest = Math.max(largest, frame.bytes.length)
      if (frame.offset > 32 * MiB) watched ??= run(site.connection, peak)
    })
    expect(ended(flight)).toEqual(['5 output_limit', '6 skipped', '7 skipped', 'close failed'])
    const sum = sha256(Buffer.alloc(64 * MiB, 'x'))
    expect(flight.entries).toContainEqual({ type: 'sum', step: 5, size: 64 * MiB, sha256: sum })
    expect(flight.hash(5)).toBe(sum)
    expect(largest).toBeLessThan(MiB)
    const held = Number((await (watched as Promise<{ output: string }> | null))?.output)
    expect(held).toBeGreaterThan(100)
    expect(held).toBeLessThan(32 * 1024)
  })
}
