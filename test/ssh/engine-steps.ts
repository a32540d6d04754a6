import { expect, it } from 'vitest'
import { cancelProgram } from '@/lib/deploy/programs.ts'
import type { Segment, Step } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploy, deploySegment, hookOf, releaseOf } from './engine-ground.ts'
import type { Deployment, Site } from './engine-ground.ts'
import { answer, factOf, fly, outcomes, step } from './flight.ts'

/** The steps that follow a failure, permissions, pruning, undo. */
export function stepContract(site: Site): void {
  const output = async (command: string): Promise<string> => (await run(site.connection, command)).output
  async function deployWith(root: string, deployment: Deployment, extra: Step[], seen?: Parameters<typeof fly>[4]) {
    const { segment, tree } = await deploySegment(deployment)
    const steps = [...segment.steps, ...extra]
    return fly(
      site.connection,
      context(root, deployment.number, deployment.context),
      { ...segment, steps },
      { payloads: [tree.payload] },
      seen,
    )
  }
  const afterwards = step(
    20,
    { do: 'hook', hook: hookOf('echo "$TARGET_HOOK"; pwd', { event: 'deploy.failure', path: 'failure' }) },
    { phase: 'failure' },
  )

  it('runs the steps for a failure after one, and only then', async () => {
    const root = await site.ground.root()
    const failed = await deployWith(root, { number: 1, hooks: [hookOf('exit 3')] }, [afterwards])
    expect(outcomes(failed).slice(4)).toEqual(['5 failed', '6 skipped', '7 skipped', '20 ok', 'close failed'])
    expect(failed.output(20)).toBe(`deploy.failure\n${root}/release/release_1\n`)
    const fine = await deployWith(root, { number: 2 }, [afterwards])
    expect(outcomes(fine).slice(4)).toEqual(['5 ok', '6 ok', '20 skipped', 'close ok'])
  })

  it('runs them after a cancel, too, and does not cancel them', async () => {
    const root = await site.ground.root()
    const asked: Promise<unknown>[] = []
    const hooks = [hookOf('echo ready; sleep 600')]
    const flight = await deployWith(root, { number: 1, hooks, context: { graceMs: 200 } }, [afterwards], (frame) => {
      if (frame.type === 'O' && asked.length === 0)
        asked.push(answer(site.connection, cancelProgram(context(root, 1), 'main')))
    })
    expect(outcomes(flight).slice(4)).toEqual(['5 cancelled', '6 skipped', '7 skipped', '20 ok', 'close cancelled'])
  })

  it.each([
    ['a root where nothing was ever deployed', false],
    ['a root with a live release', true],
  ])('does not start a segment that was cancelled before, in %s', async (_where, isLive) => {
    const root = await site.ground.root()
    if (isLive) await deploy(site, root, { number: 1 })
    expect(await answer(site.connection, cancelProgram(context(root, 2), 'main'))).toEqual({ text: 'cancelled' })
    const flight = await deploy(site, root, { number: 2, ...(isLive ? { live: 1 } : {}) })
    expect([flight.refused, flight.entries]).toEqual(['called_off', []])
    const left = await output(`cd ${root}; ls release; ls -A .fairlead/run/2; [ -e .fairlead/lock ] || echo free`)
    expect(left).toBe(isLive ? 'release_1\nfree\n' : 'free\n')
  })

  it('never shares a file between the tree and releases', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, files: { version: '1\n', other: 'o\n' } })
    await deploy(site, root, { number: 2, live: 1, files: { version: '2\n', other: 'o\n' } })
    await output(`cd ${root}/current; echo changed >>other; echo changed >>version; chmod 600 other`)
    expect(
      await output(
        `cd ${root}; cat release/release_1/other .fairlead/tree/other; stat -c %h .fairlead/tree/* current/*`,
      ),
    ).toBe(`o\no\n${'1\n'.repeat(5)}`)
    expect(
      (await deploy(site, root, { number: 3, live: 2, base: 2, files: { version: '3\n', other: 'o\n' } })).refused,
    ).toBeNull()
  })

  it.each([
    ['keep-exec', 'drwxrwsr-x app\n-rwxrwxr-x app/run\n-rw-rw-r-- app/text\n-rw-r----- .env\n'],
    ['strict', 'drwxrwsr-x app\n-rw-rw-r-- app/run\n-rw-rw-r-- app/text\n-rw-r----- .env\n'],
    ['off', 'drwxr-xr-x app\n-rwxr-xr-x app/run\n-rw-r--r-- app/text\n-rw-r----- .env\n'],
  ] as const)('sets permissions: %s, sparing .env and what links lead to', async (mode, expected) => {
    const root = await site.ground.root()
    const [owner = '', group = ''] = (await output('id -un; id -gn')).split('\n')
    const hooks = [
      hookOf(
        `cd ${root}/release/release_1; chmod 755 app app/run; chmod 644 app/text; echo s >${root}/outside; chmod 600 ${root}/outside; ln -s ${root}/outside link; ln -s ${root} up`,
      ),
    ]
    const { segment, tree } = await deploySegment({
      number: 1,
      hooks,
      env: 'A=1\n',
      files: { 'app/run': '#!/bin/sh\n', 'app/text': '' },
    })
    const permissions = step(10, { do: 'permissions', release: releaseOf(1), permissions: { owner, group, mode } })
    const steps = [...segment.steps.slice(0, 5), permissions, ...segment.steps.slice(5)]
    const flight = await fly(
      site.connection,
      context(root, 1),
      { ...segment, steps },
      { env: 'A=1\n', payloads: [tree.payload] },
    )
    expect([outcomes(flight).at(-1), factOf(flight, 'note')]).toEqual(['close ok', undefined])
    expect(await output(`cd ${root}/current; stat -c '%A %n' app app/run app/text .env`)).toBe(expected)
    expect(await output(`stat -c %a ${root}/outside`)).toBe('600\n')
  })

  it('removes the release that a person named, but never the live one', async () => {
    const root = await site.ground.root()
    for (const number of [1, 2, 3]) await deploy(site, root, { number, ...(number > 1 ? { live: number - 1 } : {}) })
    const remove = (number: number, release: string) =>
      fly(site.connection, context(root, number), {
        name: 'main',
        targetId: 'target',
        steps: [step(1, { do: 'remove', release })],
      })
    const gone = await remove(4, 'release_1')
    expect([outcomes(gone), factOf(gone, 'pruned')]).toEqual([['1 ok', 'close ok'], 'release_1'])
    const live = await remove(5, 'release_3')
    expect([outcomes(live), factOf(live, 'failure')]).toEqual([
      ['1 failed', 'close failed'],
      'command_failed release_3 is live',
    ])
    // Whose directory is gone already, by whatever hand, is as it should be.
    expect(outcomes(await remove(6, 'release_1'))).toEqual(['1 ok', 'close ok'])
    expect((await run(site.connection, `ls -A ${root}/release`)).output).toBe('release_2\nrelease_3\n')
  })

  it('prunes what it is told to, but never the live release, and names what it could not', async () => {
    const root = await site.ground.root()
    for (const number of [1, 2, 3]) await deploy(site, root, { number, ...(number > 1 ? { live: number - 1 } : {}) })
    await output(
      `mkdir ${root}/release/foreign; mkdir -m 500 ${root}/release/release_1/closed; touch ${root}/release/.trash-old`,
    )
    const segment: Segment = {
      name: 'prune',
      targetId: 'target',
      steps: [
        step(1, { do: 'prune', remove: ['release_1', 'release_3', 'release_9'], keep: ['release_2', 'release_3'] }),
      ],
    }
    const flight = await fly(site.connection, context(root, 4), segment)
    // release_9 is gone already: nobody has to go on believing in it.
    const pruned = flight.entries.flatMap((one) => (one.type === 'fact' && one.key === 'pruned' ? [one.value] : []))
    expect([outcomes(flight), pruned]).toEqual([
      ['1 ok', 'close ok'],
      ['release_1', 'release_9'],
    ])
    expect(await output(`cd ${root}; ls -A release .fairlead/complete`)).toBe(
      '.fairlead/complete:\nrelease_2\nrelease_3\n\nrelease:\nforeign\nrelease_2\nrelease_3\n',
    )
  })

  it('undoes a first deployment by taking current away, and only the one it put there', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1 })
    const undo = (name: string, expectCurrent: string): Segment => ({
      name,
      targetId: 'target',
      steps: [step(1, { do: 'unlink', expectCurrent })],
    })
    const wrong = await fly(site.connection, context(root, 2), undo('undo', releaseOf(7)))
    expect([outcomes(wrong).at(-1), factOf(wrong, 'failure')?.split(' ')[0]]).toEqual([
      'close failed',
      'owner_conflict',
    ])
    expect(await output(`cat ${root}/current/version`)).toBe('1\n')
    const right = await fly(site.connection, context(root, 3), undo('undo', releaseOf(1)))
    expect(outcomes(right).at(-1)).toBe('close ok')
    expect(await output(`cd ${root}; ls -d current release/*`)).toBe('release/release_1\n')
  })
}
