import { expect, it } from 'vitest'
import type { PlannedHook, Step } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploy, deploySegment, hookOf, releaseOf, treeOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'

/** Values that a shell could take for something else, in every field that reaches one. */
export function hostileContract(site: Site): void {
  const output = async (command: string): Promise<string> => (await run(site.connection, command)).output

  it('does what every value says and nothing that it could be read as', async () => {
    const base = await site.ground.root()
    const evil = '-rf it\'s "q" $(touch pwned) `touch pwned` ;touch pwned;& |<>*?[a]{b,c} \\n %s ünï 🚀\nsecond\t!!~'
    const root = `${base}/${evil}/${evil}`
    const quoted = `'${root.replaceAll("'", `'\\''`)}'`
    const me = (await output('id -un; id -gn')).split('\n')
    const text = 'printf "%s" "$EVIL"; printf "|%s" "$0"'
    const repository = hookOf('', { origin: 'repository', from: 'new', release: releaseOf(2), path: `hooks/${evil}` })
    delete repository.text
    const hooks: PlannedHook[] = [
      { ...repository, sha256: sha256(text) },
      hookOf(`printf %s '${evil.replaceAll("'", `'\\''`)}'`, { path: evil }),
    ]
    await run(
      site.connection,
      `mkdir -p ${quoted} && cd ${quoted} && ln -s -- "$(printf '%s.' '${evil.replaceAll("'", `'\\''`)}')" current`,
    )
    const { segment, tree } = await deploySegment({
      number: 2,
      hooks,
      env: evil,
      files: { [evil]: 'named\n', [`hooks/${evil}`]: text, [`${evil}~/${evil}`]: 'deep\n' },
    })
    const steps = segment.steps.map((one): Step => {
      const { action } = one
      return action.do === 'check' || action.do === 'switch'
        ? { ...one, action: { ...action, expectCurrent: `./${evil}.` } }
        : one
    })
    const permissions = { owner: me[0] ?? '', group: me[1] ?? '', mode: 'keep-exec' } as const
    const extra = [
      step(20, { do: 'permissions', release: releaseOf(2), permissions }),
      step(21, { do: 'prune', remove: ['gone'], keep: [evil] }),
    ]
    const ctx = context(root, 2, { owner: '$(touch${IFS}pwned)/`id`"\'' })
    const cargo = { exports: { EVIL: evil }, env: evil, payloads: [tree.payload] }
    const flight = await fly(site.connection, ctx, { ...segment, steps: [...steps, ...extra] }, cargo)
    expect([flight.refused, factOf(flight, 'failure'), outcomes(flight).at(-1)]).toEqual([null, undefined, 'close ok'])
    expect(flight.output(5)).toBe(`${evil}|${root}/release/release_2/hooks/${evil}`)
    expect(flight.output(6)).toBe(evil)
    // What was there is kept, as it was; the next tree takes names away again.
    expect(await output(`cd ${quoted} && readlink release/adopted.*; cd current && cat .env && cat -- ./-rf*`)).toBe(
      `${root}/${evil}.\n${evil}named\n`,
    )
    const next = await deploySegment({
      number: 3,
      live: 2,
      base: 2,
      tree: { ...(await treeOf({ version: '3\n' })), files: 2, directories: 1 },
    })
    const gone = { name: 'tree.delete', bytes: Buffer.from(`${evil}\0${evil}~\0`) }
    const second = await fly(site.connection, { ...ctx, deployment: 3, epoch: '3' }, next.segment, {
      payloads: [next.tree.payload, gone],
    })
    expect([second.refused, factOf(second, 'failure'), outcomes(second).at(-1)]).toEqual([null, undefined, 'close ok'])
    expect(await output(`cd ${quoted}/current && ls -A`)).toBe('REVISION\nhooks\nversion\n')
    expect(await output(`find ${base} ~ -name 'pwned*'`)).toBe('')
  })

  it('takes nothing that it finds on a server for a line of its journal', async () => {
    const root = await site.ground.root()
    const forged = 'x/y\nend 1 ok 0 0 0\nfact 1 current release_1\nclose ok 0'
    await run(site.connection, `cd ${root}; ln -s '${forged}' current`)
    const flight = await deploy(site, root, { number: 1 })
    expect(outcomes(flight)).toEqual(['1 failed', ...[2, 3, 4, 5, 6].map((n) => `${n} skipped`), 'close failed'])
    expect(factOf(flight, 'failure')).toContain(forged.replaceAll('\n', ' '))
    expect(factOf(flight, 'current')).toBeUndefined()
  })
}
