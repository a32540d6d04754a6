import { expect, it } from 'vitest'
import { parseCheck } from '@/lib/deploy/check.ts'
import {
  acknowledgeProgram,
  adoptProgram,
  attachProgram,
  cancelProgram,
  checkProgram,
  stateProgram,
} from '@/lib/deploy/programs.ts'
import { parseState } from '@/lib/deploy/state.ts'
import { run } from './contract.ts'
import { context, deploy, hookOf, owner, releaseOf, revisionOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { answer, follow, outcomes, stream } from './flight.ts'

/** Cancel, adopt, acknowledge, state, check: each asked over a connection of its own beside a running segment. */
export function controlContract(site: Site): void {
  it('describes its state, hands a running segment over to a higher epoch, cancels it and forgets its logs', async () => {
    const root = await site.ground.root()
    expect(await answer(site.connection, stateProgram(context(root, 1)))).toEqual({ refused: `missing ${root}` })
    await deploy(site, root, { number: 1 })
    const ask = async (program: string): Promise<string> => {
      const { refused, text } = await answer(site.connection, program)
      return refused ?? text ?? ''
    }
    const asked: Record<string, string> = {}
    const state = async () => parseState(Buffer.from(await ask(stateProgram(context(root, 9)))))
    let output = ''
    const flight = await deploy(
      site,
      root,
      { number: 2, live: 1, hooks: [hookOf('echo ready; sleep 600')], context: { graceMs: 200 } },
      async (frame) => {
        if (frame.type !== 'O' || frame.step !== 5) return
        output += Buffer.from(frame.bytes).toString()
        if (output !== 'ready\n') return
        expect((await state()).segments).toContainEqual({ deployment: 2, name: 'main', state: 'running' })
        asked['acknowledge'] = await ask(acknowledgeProgram(context(root, 2), ['main']))
        asked['adopt'] = await ask(adoptProgram(context(root, 2, { epoch: '7' }), 'main'))
        asked['late'] = await ask(cancelProgram(context(root, 2), 'main'))
        asked['foreign'] = await ask(cancelProgram(context(root, 2, { owner: 'other/one', epoch: '8' }), 'main'))
        asked['cancel'] = await ask(cancelProgram(context(root, 2, { epoch: '7' }), 'main'))
      },
    )
    expect(asked).toEqual({
      acknowledge: 'running 2/main',
      adopt: 'adopted',
      late: 'stale_epoch 7',
      foreign: `owner_conflict ${owner}`,
      cancel: 'cancelled',
    })
    expect(outcomes(flight).slice(4)).toEqual(['5 cancelled', '6 skipped', '7 skipped', 'close cancelled'])
    expect(await state()).toEqual({
      uptimeCs: expect.any(Number) as number,
      root,
      owner,
      epoch: '7',
      epochSegment: '2/main',
      current: releaseOf(1),
      kind: 'link',
      treeRevision: revisionOf(2),
      segments: [
        { deployment: 1, name: 'main', state: 'closed' },
        { deployment: 2, name: 'main', state: 'closed' },
      ],
      complete: [releaseOf(1)],
    })
    const again = await follow(
      site.connection,
      stream(attachProgram(context(root, 2), 'main', { journal: 0, steps: { 5: 3 } })),
    )
    expect([outcomes(again), again.output(5)]).toEqual([outcomes(flight), 'dy\n'])
    const done = (...segments: string[]) => ask(acknowledgeProgram(context(root, 2, { epoch: '7' }), segments))
    expect(await done('none', 'main')).toBe('missing 2/none')
    expect((await run(site.connection, `ls ${root}/.fairlead/run/2/main`)).output).not.toContain('.out')
    expect(await done('main')).toBe('acknowledged')
  })

  it('checks a server', async () => {
    const root = await site.ground.root()
    const input = {
      root,
      users: [],
      commands: [],
      groups: [],
      owner: null,
      mine: null,
      adopt: false,
      nowMs: Date.now(),
    }
    const { text = '' } = await answer(site.connection, checkProgram(input))
    const report = parseCheck(Buffer.from(text), input)
    expect(report.lines.filter((line) => line.verdict === 'failed')).toEqual([])
    expect(report.lines.map((line) => line.id)).toEqual(
      expect.arrayContaining(['reachable', 'userland', 'disk', 'write', 'clock']),
    )
    const absent = { ...input, root: '/proc/1/nowhere', nowMs: Date.now() + 3_600_000 }
    const { text: refused = '' } = await answer(site.connection, checkProgram(absent))
    const verdicts = parseCheck(Buffer.from(refused), absent).lines
    expect(verdicts).toContainEqual(expect.objectContaining({ id: 'write', verdict: 'failed' }))
    expect(verdicts).toContainEqual(expect.objectContaining({ id: 'clock', verdict: 'warning' }))
  })
}
