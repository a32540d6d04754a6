import { expect, it } from 'vitest'
import type { PlannedHook, Segment, Step } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploy, hookOf, releaseOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'
import type { Flight } from './flight.ts'

const before = 'COLOUR=red\nSECRET=never-said\n'
const after = `COLOUR=blue\r\nTEXT='ünï 🚀'\nSECRET="kept-quiet"\n\n`
const live = releaseOf(1)

/** New variables for the live release, and the way back. */
export function configureContract(site: Site): void {
  const output = async (command: string): Promise<string> => (await run(site.connection, command)).output

  async function mine() {
    const [owner = '', group = ''] = (await output('id -un; id -gn')).split('\n')
    return { owner, group, mode: 'keep-exec' } as const
  }
  async function configure(
    root: string,
    number: number,
    env: string,
    { hooks = [], release = live }: { hooks?: PlannedHook[]; release?: string } = {},
  ): Promise<Flight> {
    const permissions = await mine()
    const steps: Step[] = [
      step(1, { do: 'configure', release, number: 2, sha256: sha256(env), permissions }),
      ...hooks.map((hook, i) => step(2 + i, { do: 'hook', hook }, { failure: hook.failure })),
    ]
    return fly(site.connection, context(root, number), { name: 'main', targetId: 'target', steps }, { env })
  }
  async function restore(root: string, number: number): Promise<Flight> {
    const action = { do: 'restore', release: live, segment: 'main', number: 1, permissions: await mine() } as const
    const segment: Segment = { name: 'undo', targetId: 'target', steps: [step(1, action)] }
    return fly(site.connection, context(root, number), segment)
  }
  const seen = (root: string): Promise<string> =>
    output(
      `cd ${root}/current; cat .env; stat -c '%a %U %G' .env; ls -A; cd ${root}; ls -A release; grep -h env= .fairlead/complete/*`,
    )
  const hashes = (flight: Flight) => [factOf(flight, 'env'), factOf(flight, 'failure')]

  it('replaces .env of the live release byte for byte, and keeps nothing of it', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, env: before })
    await output(`chmod 644 ${root}/current/.env`)
    const config = { event: 'config/after-change', path: 'config' } as const
    const hooks = [hookOf('pwd; sha256sum <.env; echo "$TARGET_HOOK"', config)]
    const flight = await configure(root, 2, after, { hooks })
    expect(outcomes(flight)).toEqual(['1 ok', '2 ok', 'close ok'])
    expect(flight.output(2)).toBe(`${root}/release/${live}\n${sha256(after)}  -\nconfig/after-change\n`)
    expect(hashes(flight)).toEqual([sha256(after), undefined])
    const [owner, group] = (await output('id -un; id -gn')).split('\n')
    const rest = `.env\nREVISION\nversion\n${live}\nenv=${sha256(after)}\n`
    expect(await seen(root)).toBe(`${after}644 ${owner} ${group}\n${rest}`)
    expect(await output(`grep -rlE 'never-said|kept-quiet' ${root}/.fairlead`)).toBe('')
  })

  it('is undone to the byte, also where a hook had changed the file', async () => {
    const root = await site.ground.root()
    const hooks = [hookOf('echo KEY=generated-$((40 + 2)) >>.env; chmod 600 .env')]
    const first = await deploy(site, root, { number: 1, env: before, hooks })
    expect(factOf(first, 'note')).toBe('a hook changed .env: it stays as it is now')
    const was = await seen(root)
    const failed = await configure(root, 2, after, { hooks: [hookOf('exit 3')] })
    expect(outcomes(failed)).toEqual(['1 ok', '2 failed', 'close failed'])
    expect(await output(`cat ${root}/current/.env; stat -c %a ${root}/.fairlead/run/2/main/env`)).toBe(`${after}600\n`)
    const undone = await restore(root, 2)
    expect([outcomes(undone), hashes(undone)]).toEqual([
      ['1 ok', 'close ok'],
      [sha256(`${before}KEY=generated-42\n`), undefined],
    ])
    expect(await seen(root)).toBe(was)
    expect(await output(`grep -rlE 'never-said|kept-quiet|generated-42' ${root}/.fairlead`)).toBe('')
  })

  it('takes .env away again where there was none, and restores nothing that was not replaced', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1 })
    expect(outcomes(await configure(root, 2, after, { hooks: [hookOf('exit 3')] })).at(-1)).toBe('close failed')
    expect(await output(`cd ${root}/current; stat -c %a .env`)).toBe('640\n')
    expect(hashes(await restore(root, 2))).toEqual(['-', undefined])
    expect(await output(`cd ${root}; ls -A current; cat .fairlead/complete/*`)).toMatch(
      /^REVISION\nversion\n[^]*env=-\n/,
    )
    const idle = await restore(root, 3)
    expect([outcomes(idle), factOf(idle, 'note')]).toEqual([['1 ok', 'close ok'], '.env had not been changed'])
  })

  it('lets an earlier release come back with the variables that it was live with last', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, env: before })
    await configure(root, 2, after)
    await deploy(site, root, { number: 3, live: 1, env: before })
    const back: Segment = {
      name: 'main',
      targetId: 'target',
      steps: [
        step(1, { do: 'verify', release: live, envSha256: sha256(before) }),
        step(2, { do: 'switch', release: live, expectCurrent: releaseOf(3) }),
      ],
    }
    expect(outcomes(await fly(site.connection, context(root, 4), back))).toEqual(['1 ok', '2 ok', 'close ok'])
    expect(await output(`cat ${root}/current/.env`)).toBe(after)
  })

  it('changes nothing twice, and says so', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, env: before })
    const inode = `stat -c %i ${root}/current/.env`
    const was = await output(inode)
    const flight = await configure(root, 2, before)
    expect([outcomes(flight), factOf(flight, 'note'), factOf(flight, 'configured')]).toEqual([
      ['1 ok', 'close ok'],
      '.env has these variables already',
      undefined,
    ])
    expect(await output(inode)).toBe(was)
  })

  it.each([
    ['is not the live release', 'owner_conflict', 'ln -s release/other c && mv -T c current'],
    ['was never completed', 'release_missing', `rm .fairlead/complete/${live}`],
    ['has a link for .env', 'command_failed', `cd release/${live} && mv .env real && ln -s real .env`],
    ['has a directory for .env', 'command_failed', `cd release/${live} && rm .env && mkdir .env`],
  ])('leaves alone what %s', async (_what, code, break_) => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, env: before })
    await output(`cd ${root}; ${break_}`)
    const listing = `cd ${root}/release; ls -lAR . | grep -v ^total`
    const was = await output(listing)
    const flight = await configure(root, 2, after)
    expect([outcomes(flight), factOf(flight, 'failure')?.split(' ')[0]]).toEqual([['1 failed', 'close failed'], code])
    expect(await output(listing)).toBe(was)
  })

  it('refuses bytes that are not those that were planned', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, env: before })
    const action = {
      do: 'configure',
      release: live,
      number: 2,
      sha256: sha256('other'),
      permissions: await mine(),
    } as const
    const segment: Segment = { name: 'main', targetId: 'target', steps: [step(1, action)] }
    const flight = await fly(site.connection, context(root, 2), segment, { env: after })
    expect(factOf(flight, 'failure')).toMatch(/^internal /)
    expect(await output(`cat ${root}/current/.env; ls ${root}/release`)).toBe(`${before}${live}\n`)
  })

  it('is never torn: whoever reads .env reads one set or the other', async () => {
    const root = await site.ground.root()
    const [one, other] = ['1', '2'].map((digit) => `A='${digit.repeat(100_000)}'\n`) as [string, string]
    await deploy(site, root, { number: 1, env: one })
    await output(
      `cd ${root}; (while [ ! -e stop ]; do sha256sum <current/.env; done) >seen 2>&1 & echo $! >${root}/reader`,
    )
    for (const [at, env] of [other, one, other, one, other].entries()) await configure(root, at + 2, env)
    const read = await output(`cd ${root}; : >stop; tail -f --pid=$(cat reader) /dev/null 2>/dev/null; sort -u seen`)
    const known = [one, other].map((text) => `${sha256(text)}  -`)
    expect(
      read
        .trim()
        .split('\n')
        .filter((line) => !known.includes(line)),
    ).toEqual([])
  })
}
