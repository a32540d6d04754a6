import { execFileSync } from 'node:child_process'
import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { departProgram, lookProgram, sendProgram } from '@/lib/deploy/programs.ts'
import { parseLook } from '@/lib/deploy/look.ts'
import type { Look } from '@/lib/deploy/look.ts'
import type { Action } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploy, hookOf, releaseOf, treeOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { answer, factOf, fly, follow, outcomes, step, stream } from './flight.ts'

const release = releaseOf(1)
/** Names that no line of text can hold as they are, links, and modes. */
const odd = [
  `printf x >"$(printf 'new\\nline')"; printf y >'back\\slash'; mkdir "$(printf 'o\\tdd')"; printf q >"$(printf 'o\\tdd/in')"`,
  'mkdir -p sub "a b"; printf e >sub/.env; : >empty; printf 1 >"a b/c  d"; chmod 600 empty; chmod 2775 sub; chmod 755 "a b/c  d"',
  'ln -s "$FAIRLEAD_ROOT/storage/app" shared; ln -s "$FAIRLEAD_ROOT/auth.json" auth; ln -s "$FAIRLEAD_ROOT/vendor" vendor',
  'ln -s ../nowhere lost; ln -s version alias; mkdir -p "$FAIRLEAD_ROOT/vendor/bin"; echo tool >"$FAIRLEAD_ROOT/vendor/bin/tool"',
  'echo secret >"$FAIRLEAD_ROOT/auth.json"; mkdir -p "$FAIRLEAD_ROOT/storage/app"; echo upload >"$FAIRLEAD_ROOT/storage/app/one"',
].join('\n')

/** Manifests of releases, releases that move from server to server, and servers that are left. */
export function movingContract(site: Site): void {
  const shell = async (command: string): Promise<string> => (await run(site.connection, command)).output
  const look = async (root: string, recorded: string | null, record = false): Promise<Look> => {
    const { text, refused } = await answer(
      site.connection,
      lookProgram(context(root, 9), { release, recorded, record }),
    )
    expect(refused).toBeUndefined()
    return parseLook(Buffer.from(text!))
  }
  /** A release with odd files at one root, its manifest recorded. */
  async function made() {
    const root = await site.ground.root()
    const hooks = [hookOf(odd, { event: 'after.pull' })]
    const flight = await deploy(site, root, { number: 1, env: 'A=1\n', hooks, exports: { FAIRLEAD_ROOT: root } })
    expect(outcomes(flight).at(-1)).toBe('close ok')
    const { manifest } = (await look(root, null, true)).release!
    return { root, manifest }
  }
  async function sent(root: string): Promise<{ tar: Buffer; said: string }> {
    const pieces: Uint8Array[] = []
    let said = ''
    await follow(site.connection, stream(sendProgram(context(root, 9), release)), (frame) => {
      if (frame.type === 'O') pieces.push(frame.bytes)
      if (frame.type === 'Z') said = Buffer.from(frame.bytes).toString()
    })
    return { tar: Buffer.concat(pieces), said }
  }
  const leftovers = (root: string) => shell(`cd ${root}; ls -d release/.* .fairlead/run/*/.[!.]* | grep -v '/[.]*$'`)

  it('takes a manifest that names every file, and tells what has changed since', async () => {
    const { root, manifest } = await made()
    const same = await look(root, manifest)
    expect(same).toMatchObject({ owner: 'panel/environment', current: release, kind: 'link' })
    expect(same.release).toMatchObject({ manifest, compared: { lost: 0, came: 0, files: [] } })
    expect(same.release!.env).toBe(same.release!.planned)
    await shell(
      `cd ${root}/current; echo B=2 >.env; printf z >"$(printf 'new\\nline')"; rm alias; echo n >new; chmod 700 sub`,
    )
    const differs = await look(root, manifest)
    expect(differs.release!.env).not.toBe(differs.release!.planned)
    expect(differs.release!.compared!.files).toEqual([
      { path: 'alias', change: 'removed' },
      { path: 'new', change: 'added' },
      { path: 'new\ufffdline', change: 'content' },
      { path: 'sub', change: 'mode' },
    ])
    expect((await look(root, 'f'.repeat(64))).release!.compared).toBe(null)
    await shell(`cd ${root}; rm current; mv release/${release} away`)
    expect(await look(root, manifest)).toMatchObject({ current: null, kind: 'absent', release: null })
    expect(await leftovers(root)).toBe('')
  })

  it.each([
    ['of its own', hookOf('', { event: 'after.pull' }), { version: '1', '.env': 'OWN=1\n' }],
    ['that is a link', hookOf('ln -s ../shared .env', { event: 'after.pull' }), { version: '1' }],
  ])('knows a release without variables by an .env %s', async (_what, hook, files) => {
    const root = await site.ground.root()
    expect(outcomes(await deploy(site, root, { number: 1, files, hooks: [hook] })).at(-1)).toBe('close ok')
    const { env, planned } = (await look(root, null)).release!
    expect([env === '-', planned]).toEqual([false, env])
  })

  it('makes the same release of what another root sends, and switches to it', async () => {
    const { root: home, manifest } = await made()
    const root = await site.ground.root()
    const { tar, said } = await sent(home)
    expect(said).toBe('0\n')
    const { revision, env } = (await look(home, null)).release!
    const steps = [
      step(1, { do: 'receive', release, from: 'other', home, manifest, bytes: 0 }),
      step(2, { do: 'complete', release, revision: revision!, envSha256: env }),
      step(3, { do: 'verify', release, envSha256: env }),
      step(4, { do: 'switch', release, expectCurrent: null }),
    ]
    const cargo = { payloads: [{ name: 'release.tar', bytes: tar }] }
    const flight = await fly(site.connection, context(root, 2), { name: 'main', targetId: 't', steps }, cargo)
    expect([outcomes(flight), flight.output(1) + factOf(flight, 'failure')]).toEqual([
      ['1 ok', '2 ok', '3 ok', '4 ok', 'close ok'],
      expect.stringContaining('+ auth.json'),
    ])
    expect((await look(root, null)).release).toMatchObject({ manifest, env })
    expect(
      await shell(`cd ${root}; cat current/.env current/auth current/vendor/bin/tool; ls storage/app; ls -A`),
    ).toBe('A=1\nsecret\ntool\n.fairlead\nauth.json\ncurrent\nlogs\nrelease\nstorage\nvendor\n')
    expect(await leftovers(root)).toBe('')
  })

  it('leaves nothing of a release that arrives otherwise than it was measured, or in part', async () => {
    const { root: home, manifest } = await made()
    const root = await site.ground.root()
    const { tar } = await sent(home)
    const receive = { do: 'receive', release, from: 'other', home, manifest, bytes: 0 } as const
    const flown = (number: number, action: Action, bytes: Uint8Array) =>
      fly(
        site.connection,
        context(root, number),
        { name: 'main', targetId: 't', steps: [step(1, action)] },
        {
          payloads: [{ name: 'release.tar', bytes }],
        },
      )
    const other = await flown(2, { ...receive, manifest: 'a'.repeat(64) }, tar)
    expect([outcomes(other)[0], factOf(other, 'failure')]).toEqual([
      '1 failed',
      expect.stringMatching(/^internal what arrived of release_1 is not what the other server has/),
    ])
    const part = await flown(3, receive, tar.subarray(0, 3000))
    expect([outcomes(part)[0], factOf(part, 'failure')?.split(' ')[0]]).toEqual([
      '1 failed',
      expect.stringMatching(/^(command_failed|internal)$/),
    ])
    expect(await shell(`ls -A ${root}/release; ls ${root}/.fairlead/complete`)).toBe('')
    expect(await leftovers(root)).toBe('')
    expect((await answer(site.connection, sendProgram(context(home, 9), releaseOf(7)))).refused).toBe(
      'missing release_7',
    )
  })

  it('changes nothing outside of a release that a server sends with names of its own', async () => {
    const { root: home, manifest } = await made()
    const root = await site.ground.root()
    const { tar } = await sent(home)
    await shell(`mkdir -m 700 ${root}.own; echo key >${root}.own/key; chmod 600 ${root}.own/key`)
    const whole = tar.subarray(0, tar.findLastIndex((byte) => byte !== 0) + 1)
    const padding = Buffer.alloc(-whole.length & 511)
    const names = ['u+s', 'g+s', '+t', '777'].map((bit) => `.fairlead/run/0/.look.other/bit.${bit}`)
    const own = `${basename(root)}.own`
    const paths = ['', '..', 'alias', 'out/key'].map((path) => `release/${release}/${path}`)
    const said = [...paths, `${root}.own`, `${root}.own/key`, `../../../${own}/key`, '..', '.'].join('\0')
    const more = await treeOf(Object.fromEntries(names.map((name) => [name, said])))
    const link = execFileSync('sh', [
      '-c',
      `d=$(mktemp -d); cd "$d"; mkdir -p release/${release}; ln -s ${root}.own release/${release}/out; tar -cf - release/${release}/out; rm -r "$d"`,
    ])
    const steps = [step(1, { do: 'receive', release, from: 'other', home, manifest, bytes: 0 })]
    const bytes = Buffer.concat([whole, padding, link.subarray(0, 512), more.payload.bytes])
    const cargo = { payloads: [{ name: 'release.tar', bytes }] }
    const flight = await fly(site.connection, context(root, 2), { name: 'main', targetId: 't', steps }, cargo)
    expect([outcomes(flight)[0], factOf(flight, 'failure')]).toEqual([
      '1 failed',
      expect.stringMatching(/^internal what arrived of release_1 is not/),
    ])
    expect(await shell(`stat -c %a ${root}.own ${root}.own/key; stat -c %a ${root} ${root}/release`)).toBe(
      `700\n600\n${await shell(`stat -c %a ${home} ${home}/release`)}`,
    )
    expect(await leftovers(root)).toBe('')
  })

  it('replaces a live release that was changed, which is served all the while', async () => {
    const { root: home, manifest } = await made()
    const { root } = await made()
    await shell(`cd ${root}/current; echo changed >version; ln -sfn ${home}/vendor vendor`)
    const { tar } = await sent(home)
    const beside = `${release}.beside-2`
    const steps = [
      step(1, { do: 'receive', release, from: 'other', home, manifest, bytes: 0, beside }),
      step(2, { do: 'complete', release, revision: 'x', envSha256: null }),
      step(3, { do: 'hook', hook: hookOf(`readlink ${root}/current; cat ${root}/current/version`) }),
      step(4, { do: 'switch', release, expectCurrent: beside }),
      step(5, { do: 'prune', remove: [], keep: [] }),
    ]
    const cargo = { payloads: [{ name: 'release.tar', bytes: tar }] }
    const flight = await fly(site.connection, context(root, 2), { name: 'main', targetId: 't', steps }, cargo)
    expect(outcomes(flight)).toEqual(['1 ok', '2 ok', '3 ok', '4 ok', '5 ok', 'close ok'])
    expect(flight.output(3)).toBe(`${root}/release/${beside}\nchanged\n`)
    expect((await look(root, null)).release).toMatchObject({ manifest })
    expect(await shell(`ls ${root}/release ${root}/.fairlead/complete; readlink ${root}/current`)).toBe(
      `${root}/.fairlead/complete:\n${release}\n\n${root}/release:\n${release}\n${root}/release/${release}\n`,
    )
  })

  it.each([
    ['what is live', 'live', ['current', 'logs', 'release', 'storage', 'vendor'], 'A=1\n'],
    ['only what releases share', 'shared', ['storage'], ''],
  ] as const)('leaves a server with %s', async (_what, keep, there, env) => {
    const { root } = await made()
    await deploy(site, root, { number: 2, live: 1 })
    await fly(site.connection, context(root, 3), {
      name: 'main',
      targetId: 't',
      steps: [step(1, { do: 'switch', release, expectCurrent: releaseOf(2) })],
    })
    await shell(`rm ${root}/auth.json`)
    const ctx = context(root, 4)
    const steps = [step(1, { do: 'leave', keep, caches: ['vendor'] })]
    const flight = await fly(site.connection, ctx, { name: 'main', targetId: 't', steps })
    expect(outcomes(flight)).toEqual(['1 ok', 'close ok'])
    expect((await answer(site.connection, departProgram(context(root, 3)))).refused).toBe('stale_epoch 4')
    expect(await answer(site.connection, departProgram(ctx))).toEqual({ text: 'gone' })
    expect(await shell(`cd ${root}; ls -A; cat current/.env; ls storage`)).toBe(
      `${there.join('\n')}\n${env}app\n${keep === 'live' ? 'public\n' : ''}`,
    )
    expect(await shell(`ls -A ${root}/release`)).toBe(keep === 'live' ? `${release}\n` : '')
    expect((await answer(site.connection, departProgram(ctx))).refused).toBe(`missing ${root}`)
  })
}
