import { expect, it } from 'vitest'
import type { PlannedFile, Step } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploySegment, hookOf, releaseOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'
import type { Flight } from './flight.ts'

const text = new TextEncoder().encode(`{\n  "key": "it's \\\\ kept-quiet"\n}\n\n`)
const binary = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256)

/** Files of the panel in a release. */
export function filesContract(site: Site): void {
  const output = async (command: string): Promise<string> => (await run(site.connection, command)).output
  const fileOf = (path: string, bytes: Uint8Array, more: Partial<PlannedFile> = {}): PlannedFile => ({
    revision: 'r',
    path,
    sha256: sha256(bytes),
    mode: '0640',
    ...more,
  })

  async function deploy(
    root: string,
    files: PlannedFile[],
    { tree = {}, number = 1, hook = ':' }: { tree?: Record<string, string>; number?: number; hook?: string } = {},
  ): Promise<Flight> {
    const [owner = '', group = ''] = (await output('id -un; id -gn')).split('\n')
    const release = releaseOf(number)
    const made = await deploySegment({ number, files: { version: '1\n', 'config/app.php': 'app\n', ...tree } })
    const steps: Step[] = made.segment.steps.slice(0, 3)
    steps.push(
      step(4, { do: 'files', release, files }),
      step(5, { do: 'hook', hook: hookOf(hook) }),
      step(6, { do: 'permissions', release, permissions: { owner, group, mode: 'keep-exec' } }),
    )
    const contents = { files: [text, binary], payloads: [made.tree.payload] }
    return fly(site.connection, context(root, number), { ...made.segment, steps }, contents)
  }
  const whole = ['1 ok', '2 ok', '3 ok', '4 ok', '5 ok', '6 ok', 'close ok']

  it('writes text and bytes as they are, where nobody else can read them, and keeps no copy', async () => {
    const root = await site.ground.root()
    const files = [fileOf('config/credentials.json', text), fileOf('certs/of us/key.der', binary, { mode: '0600' })]
    const flight = await deploy(root, files, { tree: { 'config/credentials.json': 'of the repository' } })
    expect(outcomes(flight)).toEqual(whole)
    expect(flight.output(4)).toBe('config/credentials.json\ncerts/of us/key.der\n')
    const seen = await output(
      `cd ${root}/release/${releaseOf(1)}; sha256sum <config/credentials.json; sha256sum <'certs/of us/key.der'
       stat -c '%a %n' config/* 'certs/of us' certs/*/*; ls -A ${root}/release; grep -rl kept-quiet ${root}/.fairlead`,
    )
    expect(seen.split('\n')).toEqual([
      `${sha256(text)}  -`,
      `${sha256(binary)}  -`,
      '664 config/app.php',
      '640 config/credentials.json',
      '2775 certs/of us',
      '600 certs/of us/key.der',
      releaseOf(1),
      '',
    ])
  })

  it('spares the owner of a file that has one, whatever the others get', async () => {
    const root = await site.ground.root()
    const [owner = '', group = ''] = (await output('id -un; id -gn')).split('\n')
    const flight = await deploy(root, [fileOf('config/own', text, { owner, group, mode: '0400' })])
    expect(outcomes(flight)).toEqual(whole)
    expect(await output(`cd ${root}/release; stat -c '%a %U %G' ${releaseOf(1)}/config/own; ls -A`)).toBe(
      `400 ${owner} ${group}\n${releaseOf(1)}\n`,
    )
  })

  it('leaves what a hook made of a file', async () => {
    const root = await site.ground.root()
    const flight = await deploy(root, [fileOf('config/f', text), fileOf('config/g', text)], {
      hook: `cd ${root}/release/${releaseOf(1)}/config; echo more >>f; rm g`,
    })
    expect(outcomes(flight)).toEqual(whole)
    expect(await output(`cd ${root}/release/${releaseOf(1)}/config; tail -n 1 f; stat -c %a f; ls`)).toBe(
      'more\n640\napp.php\nf\n',
    )
  })

  it.each([
    ['a link of the repository leads elsewhere', 'out/f', 'ln -s {root}/elsewhere out'],
    ['a link leads to the release itself', 'in/f', 'ln -s . in'],
    ['a directory has its name', 'dir', 'mkdir dir'],
    ['a file stands on its way', 'version/f', ':'],
  ])('refuses a path where %s', async (_what, path, prepare) => {
    const root = await site.ground.root()
    const made = await deploySegment({ number: 1 })
    const release = releaseOf(1)
    const steps = made.segment.steps.slice(0, 3)
    const hook = hookOf(`mkdir ${root}/elsewhere; cd ${root}/release/${release}; ${prepare.replace('{root}', root)}`)
    steps.push(step(4, { do: 'hook', hook }), step(5, { do: 'files', release, files: [fileOf(path, text)] }))
    const contents = { files: [text], payloads: [made.tree.payload] }
    const flight = await fly(site.connection, context(root, 1), { ...made.segment, steps }, contents)
    expect(outcomes(flight).slice(-2)).toEqual(['5 failed', 'close failed'])
    expect(factOf(flight, 'failure')).toMatch(/^command_failed .* has no place in the release/)
    expect(await output(`cd ${root}; ls elsewhere release; grep -rl kept-quiet .`)).toBe(
      `elsewhere:\n\nrelease:\n${release}\n`,
    )
  })

  it('takes the place of a link, and not of what it leads to', async () => {
    const root = await site.ground.root()
    const made = await deploySegment({ number: 1 })
    const release = releaseOf(1)
    const hook = hookOf(`cd ${root}/release/${release}; echo mine >../../other; ln -s ../../other f`)
    const steps = [
      ...made.segment.steps.slice(0, 3),
      step(4, { do: 'hook', hook }),
      step(5, { do: 'files', release, files: [fileOf('f', text)] }),
    ]
    const contents = { files: [text], payloads: [made.tree.payload] }
    const flight = await fly(site.connection, context(root, 1), { ...made.segment, steps }, contents)
    expect(outcomes(flight).at(-1)).toBe('close ok')
    expect(await output(`cd ${root}; cat other; stat -c %F release/${release}/f`)).toBe('mine\nregular file\n')
  })

  it('refuses bytes that are not those that were planned, and owners that cannot be given', async () => {
    const root = await site.ground.root()
    const wrong = await deploy(root, [fileOf('f', text, { sha256: sha256('other') })])
    expect(factOf(wrong, 'failure')).toMatch(/^internal /)
    const foreign = await deploy(root, [fileOf('f', text, { owner: 'nobody-here', group: 'nobody-here' })], {
      number: 2,
    })
    expect(factOf(foreign, 'failure')).toBe(
      'command_failed f cannot be given to user nobody-here and group nobody-here',
    )
    expect(await output(`cd ${root}/release; ls -A *; grep -rl kept-quiet . ../.fairlead`)).not.toMatch(/^(f|env.*)$/m)
  })
}
