import { expect, it } from 'vitest'
import type { PlacedFile, Step } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploy, deploySegment, hookOf, releaseOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'
import type { Flight } from './flight.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const [older, newer] = ['listen 80;\n# older-secret\n', 'listen 443;\r\n# newer-secret\n\n'] as const
const live = releaseOf(1)

/** A file that is to have this text; null = it goes. */
export function placed(target: PlacedFile['target'], path: string, text: string | null, known: string | null = null) {
  const made = text === null ? null : { revision: 'r', sha256: sha256(text), mode: '0640' }
  return { target, path, made, known: known === null ? null : sha256(known) } satisfies PlacedFile
}

/** Files of the panel beside releases: in what they share, and anywhere on the server. */
export function placeContract(site: Site): void {
  const output = async (command: string): Promise<string> => (await run(site.connection, command)).output

  /** Makes release `number` after that of 1, with these files placed before the switch. */
  async function deployed(
    root: string,
    number: number,
    files: PlacedFile[],
    { hook = ':', texts = [newer] as string[] } = {},
  ) {
    const { segment, tree } = await deploySegment({ number, ...(number === 1 ? {} : { live: 1 }) })
    const [owner = '', group = ''] = (await output('id -un; id -gn')).split('\n')
    const permissions = { owner, group, mode: 'keep-exec' } as const
    const release = releaseOf(number)
    const spots = files.map(({ target, path }) => ({ target, path }))
    const [complete, change] = segment.steps.slice(-2) as [Step, Step]
    const steps = [
      ...segment.steps.slice(0, -2),
      complete,
      step(6, { do: 'place', release, files, permissions }),
      step(7, { do: 'hook', hook: hookOf(hook) }),
      { ...change, n: 8 },
      step(9, { do: 'unplace', release, segment: 'main', files: spots }, { phase: 'failure' }),
    ]
    const cargo = { files: texts.map(bytes), payloads: [tree.payload] }
    return fly(site.connection, context(root, number), { ...segment, steps }, cargo)
  }
  async function undo(root: string, number: number, files: PlacedFile[]): Promise<Flight> {
    const spots = files.map(({ target, path }) => ({ target, path }))
    const back = step(1, { do: 'unplace', release: live, segment: 'main', files: spots })
    return fly(site.connection, context(root, number), { name: 'undo', targetId: 'target', steps: [back] })
  }
  async function ground() {
    const root = await site.ground.root()
    const away = (await output('mktemp -d')).trim()
    return {
      root,
      away,
      seen: () =>
        output(
          `cd ${root}; find storage ${away} ! -type d -exec sh -c 'for f; do echo "$f $(stat -c %a "$f")"; cat "$f"; done' sh {} + | sort`,
        ),
    }
  }
  const whole = ['6 ok', '7 ok', '8 ok', '9 skipped', 'close ok']

  it('writes them where they are wanted, with what was theirs, and keeps no copy', async () => {
    const { root, away } = await ground()
    const files = [placed('shared', 'storage/keys/a b.json', newer), placed('server', `${away}/sites/shop`, newer)]
    const flight = await deployed(root, 1, files)
    expect(outcomes(flight).slice(-5)).toEqual(whole)
    expect(flight.output(6)).toBe(`+ storage/keys/a b.json\n+ ${away}/sites/shop\n`)
    expect(factOf(flight, 'placed')).toBe(`${sha256(newer)} storage/keys/a b.json`)
    const stat = await output(
      `cd ${root}; sha256sum <'storage/keys/a b.json'; stat -c '%a %U' 'storage/keys/a b.json' ${away}/sites/shop; sha256sum <${away}/sites/shop`,
    )
    const me = (await output('id -un')).trim()
    expect(stat).toBe(`${sha256(newer)}  -\n640 ${me}\n640 ${me}\n${sha256(newer)}  -\n`)
    expect(await output(`grep -rl newer-secret ${root}/.fairlead ${root}/release; ls -A ${root}/release`)).toBe(
      `${live}\n`,
    )
  })

  it('puts everything back as it was when a later step fails before the switch', async () => {
    const { root, away, seen } = await ground()
    await deploy(site, root, { number: 1 })
    await output(`cd ${root}; printf 'of mine' >storage/kept; chmod 604 storage/kept; ln -s ../kept ${away}/link`)
    const before = await seen()
    const files = [
      placed('shared', 'storage/kept', newer),
      placed('server', `${away}/link`, newer),
      placed('server', `${away}/new`, newer),
    ]
    const flight = await deployed(root, 2, files, {
      hook: `cat ${away}/link ${root}/storage/kept ${away}/new | sha256sum; exit 3`,
    })
    expect(outcomes(flight).slice(-5)).toEqual(['6 ok', '7 failed', '8 skipped', '9 ok', 'close failed'])
    expect(flight.output(7)).toBe(`${sha256(newer.repeat(3))}  -\n`)
    expect(flight.output(9)).toBe(`< storage/kept\n< ${away}/link\n< ${away}/new\n`)
    expect(await seen()).toBe(before)
    expect(await output(`readlink ${away}/link; readlink ${root}/current; grep -rl newer-secret ${root}`)).toBe(
      `../kept\n${root}/release/${live}\n`,
    )
  })

  it('is undone after the switch by a segment of its own, once', async () => {
    const { root, away, seen } = await ground()
    await deployed(root, 1, [placed('server', `${away}/a`, older), placed('shared', 'storage/b', older)], {
      texts: [older],
    })
    const before = await seen()
    const files = [
      placed('server', `${away}/a`, newer, older),
      placed('shared', 'storage/b', null, older),
      placed('shared', 'storage/c', newer),
    ]
    const [owner = '', group = ''] = (await output('id -un; id -gn')).split('\n')
    const permissions = { owner, group, mode: 'keep-exec' } as const
    const steps = [
      step(1, { do: 'place', release: live, files, permissions, holds: [] }),
      step(2, { do: 'hook', hook: hookOf('exit 3') }),
    ]
    const failed = await fly(
      site.connection,
      context(root, 2),
      { name: 'main', targetId: 'target', steps },
      { files: [bytes(newer)] },
    )
    expect([outcomes(failed), factOf(failed, 'configured') !== undefined]).toEqual([
      ['1 ok', '2 failed', 'close failed'],
      true,
    ])
    expect(failed.output(1)).toBe(`+ ${away}/a\n- storage/b\n+ storage/c\n`)
    expect(await output(`cat ${away}/a; ls ${root}/storage; stat -c %a ${root}/.fairlead/run`)).toBe(
      `${newer}c\npublic\n700\n`,
    )
    expect(outcomes(await undo(root, 2, files))).toEqual(['1 ok', 'close ok'])
    expect(await seen()).toBe(before)
    expect(await output(`grep -rlE 'newer-secret|older-secret' ${root}/.fairlead`)).toBe('')
  })

  it('leaves alone what is right, and what somebody else made of a file that is to go; keeps what somebody else wrote', async () => {
    const { root, away } = await ground()
    await deployed(root, 1, [placed('server', `${away}/same`, older), placed('server', `${away}/mine`, older)], {
      texts: [older],
    })
    await output(`echo 'by hand' >${away}/mine; echo 'by hand, too' >${away}/other`)
    const inode = await output(`stat -c %i ${away}/same`)
    const files = [
      placed('server', `${away}/same`, older, older),
      placed('server', `${away}/mine`, null, older),
      placed('server', `${away}/other`, newer),
    ]
    const flight = await deployed(root, 2, files, { texts: [older, newer] })
    expect(outcomes(flight).slice(-5)).toEqual(whole)
    expect(flight.output(6)).toBe(`= ${away}/same\n= ${away}/mine\n+ ${away}/other\n`)
    const notes = flight.entries.flatMap((entry) =>
      entry.type === 'fact' && entry.key === 'note' ? [entry.value] : [],
    )
    expect(notes).toEqual([
      `${away}/mine is not what Fairlead left there: it stays`,
      `${away}/other was not Fairlead's: what it was is kept at ${root}/.fairlead/run/2/main/before.3`,
    ])
    expect(
      await output(
        `stat -c %i ${away}/same; cat ${away}/mine ${root}/.fairlead/run/2/main/before.3; ls ${root}/.fairlead/run/2/main`,
      ),
    ).toMatch(new RegExp(`^${inode}by hand\nby hand, too\n[^]*before.3\n`))
  })

  it.each([
    ['a link is on the way of a shared file', 'shared', 'storage/out/f', 'ln -s {away} storage/out'],
    ['a directory has its name', 'shared', 'storage/dir', 'mkdir storage/dir'],
    ['a file stands on its way', 'shared', 'storage/file/f', ': >storage/file'],
    ['a link is on the way elsewhere', 'server', '{away}/out/f', 'mkdir {away}/real; ln -s real {away}/out'],
    ['a pipe has its name', 'server', '{away}/pipe', 'mkfifo {away}/pipe'],
  ] as const)('changes nothing at all where %s', async (_what, target, path, prepare) => {
    const { root, away } = await ground()
    await deployed(root, 1, [])
    await output(`cd ${root}; ${prepare.replaceAll('{away}', away)}`)
    const files = [placed('shared', 'storage/first', newer), placed(target, path.replace('{away}', away), newer)]
    const listing = `cd ${root}; ls -lR storage ${away} | grep -v ^total`
    const before = await output(listing)
    const flight = await deployed(root, 2, files)
    expect(outcomes(flight).slice(-5)).toEqual(['6 failed', '7 skipped', '8 skipped', '9 ok', 'close failed'])
    expect(factOf(flight, 'failure')).toMatch(/^command_failed .* (has no place|is no file)/)
    expect(await output(listing)).toBe(before)
    expect(await output(`ls ${root}/release; find ${root} ${away} -type f -exec grep -l newer-secret {} +`)).toBe(
      `${live}\n${releaseOf(2)}\n`,
    )
  })

  it('refuses bytes that are not those that were planned, and what is not live', async () => {
    const { root, away } = await ground()
    await deployed(root, 1, [])
    const files = [placed('server', `${away}/f`, newer)]
    const wrong = [{ ...files[0]!, made: { ...files[0]!.made, sha256: sha256('other') } }] as PlacedFile[]
    expect(factOf(await deployed(root, 2, wrong), 'failure')).toMatch(/^internal /)
    const permissions = { owner: 'x', group: 'x', mode: 'off' } as const
    const action = { do: 'place', release: releaseOf(9), files, permissions, holds: [] } satisfies Step['action']
    const flight = await fly(
      site.connection,
      context(root, 3),
      { name: 'main', targetId: 'target', steps: [step(1, action)] },
      { files: [bytes(newer)] },
    )
    expect(factOf(flight, 'failure')).toMatch(/^release_missing /)
    expect(await output(`ls ${away}`)).toBe('')
  })
}
