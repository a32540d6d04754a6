import { expect, it } from 'vitest'
import type { Segment, Step } from '@/lib/deploy/types.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { run } from './contract.ts'
import { context, deploy, deploySegment, hookOf, releaseOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'

/** Puts an existing release back: verify, switch. */
function activateSegment(number: number, live: number | null, env: string | null): Segment {
  const release = releaseOf(number)
  const steps: Step[] = [
    step(1, { do: 'verify', release, envSha256: env === null ? null : sha256(env) }),
    step(2, { do: 'switch', release, expectCurrent: live === null ? null : releaseOf(live) }),
  ]
  return { name: 'main', targetId: 'target', steps }
}

/** Releases: made whole, switched by one rename, put back with their variables. */
export function releaseContract(site: Site): void {
  const output = async (command: string): Promise<string> => (await run(site.connection, command)).output

  it('deploys: ships a tree, runs a hook with variables, writes .env, switches', async () => {
    const root = await site.ground.root()
    const env = `SECRET=never-said\nGREETING="it's all"\r\n\nTEXT='ünï 🚀'\n\n`
    const exports = { GREETING: `it's "all" $HOME\nright\n`, SECRET: 'never-said' }
    const hooks = [hookOf('printf %s "hook says $GREETING"; cat version; pwd; echo "$TARGET_HOOK $FAIRLEAD_HOOK"')]
    const files = { version: 'first\n', 'app/page.html': '<p>', filler: Buffer.alloc(3_000_000, 7) }
    const flight = await deploy(site, root, { number: 1, hooks, exports, env, files })
    expect(flight).toMatchObject({ refused: null, end: 'done' })
    expect(outcomes(flight)).toEqual(['1 ok', '2 ok', '3 ok', '4 ok', '5 ok', '6 ok', '7 ok', 'close ok'])
    const release = `${root}/release/${releaseOf(1)}`
    expect(flight.output(5)).toBe(`hook says it's "all" $HOME\nright\nfirst\n${release}\nafter.deploy after.deploy\n`)
    expect(
      await output(`cd ${root}; readlink current; cat current/.env current/app/page.html; sha256sum <current/filler`),
    ).toBe(`${release}\n${env}<p>${sha256(files.filler)}  -\n`)
    expect(await output(`grep -rl never-said ${root}/.fairlead`)).toBe('')
  })

  it('puts an earlier release back with its code and its variables', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, env: 'COLOUR=red\n' })
    await deploy(site, root, { number: 2, live: 1, env: 'COLOUR=blue\n' })
    const seen = `cd ${root}/current; cat version .env; stat -c %a .env`
    expect(await output(seen)).toBe('2\nCOLOUR=blue\n640\n')
    const flight = await fly(site.connection, context(root, 3), activateSegment(1, 2, 'COLOUR=red\n'))
    expect(outcomes(flight)).toEqual(['1 ok', '2 ok', 'close ok'])
    expect([factOf(flight, 'previous'), factOf(flight, 'current')]).toEqual([releaseOf(2), releaseOf(1)])
    expect(await output(seen)).toBe('1\nCOLOUR=red\n640\n')
  })

  it.each([
    ['is gone', 'rm -r release/release_1'],
    ['was never completed', 'rm .fairlead/complete/release_1'],
    ['has other variables', 'echo COLOUR=green >release/release_1/.env'],
    ['is a link to elsewhere', 'mv release/release_1 away; ln -s ../away release/release_1'],
  ])('refuses to activate a release that %s, and leaves the live one', async (_how, break_) => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, env: 'COLOUR=red\n' })
    await deploy(site, root, { number: 2, live: 1 })
    await run(site.connection, `cd ${root}; ${break_}`)
    const flight = await fly(site.connection, context(root, 3), activateSegment(1, 2, 'COLOUR=red\n'))
    expect(outcomes(flight)).toEqual(['1 failed', '2 skipped', 'close failed'])
    expect(factOf(flight, 'failure')).toMatch(/^release_missing /)
    expect(await output(`cat ${root}/current/version`)).toBe('2\n')
  })

  it.each([
    ['to the old release', (name: string) => `ln -s release/release_1 ${name}; ln -s release/release_1 ${name}.x`],
    ['that is a directory', (name: string) => `mkdir ${name}`],
    ['that leads nowhere', (name: string) => `ln -s nowhere ${name}`],
  ])('never takes a leftover temporary link %s', async (_kind, leave) => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1 })
    // Exactly the name that this segment's switch is about to use.
    const litter = `cd ${root}; read -r pid rest <.fairlead/run/2/main/pid; ${leave('current.2.$pid')}; echo current.*`
    const flight = await deploy(site, root, { number: 2, live: 1, hooks: [hookOf(litter)] })
    expect(flight.output(5)).toMatch(/^current\.2\.\d+( .*)?\n/)
    expect(outcomes(flight).at(-1)).toBe('close ok')
    expect(await output(`readlink ${root}/current; cat ${root}/current/version`)).toBe(`${root}/release/release_2\n2\n`)
  })

  it('leaves the live release when current is not what was expected', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1 })
    await deploy(site, root, { number: 2, live: 1 })
    const flight = await deploy(site, root, { number: 3, live: 1 })
    expect([outcomes(flight)[0], factOf(flight, 'failure')?.split(' ')[0]]).toEqual(['1 failed', 'owner_conflict'])
    const moved = [hookOf(`ln -s ${root}/release/release_1 ${root}/t; mv -T ${root}/t ${root}/current`)]
    const late = await deploy(site, root, { number: 4, live: 2, hooks: moved })
    expect([outcomes(late).at(-2), factOf(late, 'failure')?.split(' ')[0]]).toEqual(['7 failed', 'owner_conflict'])
    expect(await output(`cat ${root}/current/version`)).toBe('1\n')
  })

  it('runs what belongs to a failure when nothing was switched, and leaves it to the undo otherwise', async () => {
    const root = await site.ground.root()
    const failing = hookOf('exit 3')
    const seen = hookOf('echo seen', { event: 'deploy.failure', failure: 'ignored' })
    const both = [step(8, { do: 'hook', hook: failing }), step(9, { do: 'hook', hook: seen }, { phase: 'failure' })]
    const { segment, tree } = await deploySegment({ number: 1 })
    const early = { ...segment, steps: [...segment.steps.slice(0, 4), ...both] }
    const before = await fly(site.connection, context(root, 1), early, { payloads: [tree.payload] })
    expect(outcomes(before).slice(4)).toEqual(['8 failed', '9 ok', 'close failed'])
    const late = { ...segment, steps: [...segment.steps, ...both] }
    const after = await fly(site.connection, context(root, 2), late, { payloads: [tree.payload] })
    expect(outcomes(after).slice(5)).toEqual(['6 ok', '8 failed', '9 skipped', 'close failed'])
  })

  it('runs a segment on when its line is cut, and leaves the live release when a hook fails', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1 })
    const connector = openConnector()
    const doomed = await connector.connect(site.ground.address)
    const waiting = hookOf(`until [ -e ${root}/go ]; do sleep 0.05; done; echo went; exit 3`)
    const next = { number: 2, live: 1, hooks: [waiting] }
    const cut = deploy({ connection: doomed }, root, next, (frame) => {
      if (frame.type === 'J' && Buffer.from(frame.bytes).includes('begin 5')) void connector.close()
    })
    await expect(cut).rejects.toMatchObject({ code: 'unreachable' })
    await run(site.connection, `touch ${root}/go`)
    // Sending the same start again attaches: an id is used once.
    const flight = await deploy(site, root, next)
    expect(outcomes(flight).slice(4)).toEqual(['5 failed', '6 skipped', '7 skipped', 'close failed'])
    expect(flight.output(5)).toBe('went\n')
    expect(await output(`readlink ${root}/current`)).toBe(`${root}/release/release_1\n`)
  })

  it('says that a killed runner is lost, and ends what it left before the next segment runs', async () => {
    const root = await site.ground.root()
    const text = `echo $$; read -r pid rest <${root}/.fairlead/run/1/main/pid; kill -KILL $pid; sleep 600`
    const flight = await deploy(site, root, { number: 1, hooks: [hookOf(text)], context: { graceMs: 200 } })
    expect(flight.end).toBe('lost')
    const pid = flight.output(5).trim()
    expect(await output(`cat /proc/${pid}/cmdline`)).not.toBe('')
    const next = await deploy(site, root, { number: 2, context: { graceMs: 200 } })
    expect(outcomes(next).at(-1)).toBe('close ok')
    expect(await output(`[ ! -d /proc/${pid} ] || cat /proc/${pid}/cmdline`)).toBe('')
  })
}
