import { expect, it } from 'vitest'
import { planHash } from '@/lib/deploy/agreement.ts'
import { planDifferences } from '@/lib/deploy/plan-difference.ts'
import { planUndo } from '@/lib/deploy/plan.ts'
import { placePath } from '@/lib/deploy/programs/file-words.ts'
import type { PlacedFile, PlannedFile } from '@/lib/deploy/types.ts'
import { secretsOfFile, textOf } from '@/lib/redact/files.ts'
import { activationInput, inTree, planInput } from './fixtures.ts'
import { planActivation, planDeployment } from './planned.ts'

const file = (path: string, sha256 = 'sha'): PlannedFile => ({ revision: 'r-1', path, sha256, mode: '0640' })
const bytes = (text: string) => new TextEncoder().encode(text)

it('writes files after the variables and before any hook of the new release, and plans nothing where there are none', () => {
  const newHooks = inTree('after.pull')
  const steps = planDeployment(planInput({ newHooks, files: [file('config/a.json')] })).segments[0]!.steps
  const names = steps.map(({ name }) => name)
  const at = names.indexOf('files')
  expect(names.slice(at - 1, at + 2)).toEqual(['variables', 'files', 'after.pull'])
  expect(steps[at]!.action).toEqual({ do: 'files', release: 'deployment_12.bbbbbbb', files: [file('config/a.json')] })
  for (const plan of [planDeployment(planInput()), planActivation(activationInput())])
    expect(plan.segments[0]!.steps.map(({ name }) => name)).not.toContain('files')
})

const outside = (path: string, sha256: string | null = 'sha'): PlacedFile => ({
  target: 'server',
  path,
  made: sha256 === null ? null : { revision: 'r-1', sha256, mode: '0640' },
  known: null,
})

it('places files outside just before the switch, and puts them back on every way that fails', () => {
  const placed = [outside('/etc/a'), outside('/etc/b', null)]
  for (const plan of [
    planDeployment(planInput({ placed, newHooks: inTree('before.deploy', 'after.deploy', 'deploy.failure') })),
    planActivation(activationInput({ placed })),
  ]) {
    const { steps } = plan.segments[0]!
    const at = steps.findIndex(({ name }) => name === 'place files')
    expect(steps[at + 1]!.name).toBe('switch')
    expect(steps[at]!.action).toMatchObject({ do: 'place', release: plan.release, files: placed })
    const failing = steps.filter(({ phase }) => phase === 'failure').map(({ name }) => name)
    expect(failing[0]).toBe('put files back')
    const undone = planUndo(plan, 'before').steps
    const back = undone.findIndex(({ name }) => name === 'put files back')
    expect(undone[back - 1]!.action).toMatchObject({ do: 'switch', release: 'before' })
    expect(undone[back]!.action).toMatchObject({
      do: 'unplace',
      segment: 'main',
      files: [
        { target: 'server', path: '/etc/a' },
        { target: 'server', path: '/etc/b' },
      ],
    })
    // Nothing was switched: then no release and no hook of one is touched.
    expect(planUndo(plan, 'before', false).steps.map(({ name }) => name)).toEqual(['put files back'])
  }
})

it('agrees to files outside by what they are, and not by the revision that brought it', () => {
  const of = (...placed: PlacedFile[]) => planDeployment(planInput({ placed }))
  const again = outside('/etc/a')
  const saved: PlacedFile = { ...again, made: { ...again.made!, revision: 'r-2' } }
  expect(planHash(of(again))).toBe(planHash(of(saved)))
  expect(planDifferences(of(again), of(saved))).toEqual([])
  const [shown, now] = [of(again, outside('/etc/gone')), of(outside('/etc/a', 'other'), outside('/etc/gone', null))]
  expect(planHash(shown)).not.toBe(planHash(now))
  expect(planDifferences(shown, now)).toEqual([{ part: 'files', message: 'Files were changed: /etc/a, /etc/gone.' }])
})

it.each([
  ['shared', 'release/x'],
  ['shared', '.fairlead/epoch'],
  ['shared', '../x'],
  ['server', 'etc/x'],
  ['server', '/etc/../x'],
  ['server', '/etc/*'],
  ['release', '/etc/x'],
] as const)('never lets a path of another place into a program: %s %s', (target, path) => {
  expect(() => placePath(target, path)).toThrow('cannot be used on a server')
})

it('says which files changed since a plan was shown', () => {
  const [shown, now] = [
    planDeployment(planInput({ files: [file('a'), file('b'), file('c')] })),
    planDeployment(planInput({ files: [file('a'), file('b', 'other'), file('d')] })),
  ]
  expect(planHash(shown)).not.toBe(planHash(now))
  expect(planDifferences(shown, now)).toEqual([{ part: 'files', message: 'Files were changed: b, c, d.' }])
})

it('hides lines of a secret file and the values that programs read out of it', () => {
  const json = '{\n  "user": "app",\n  "password": "with \\"quotes\\" in",\r\n\t"url": "redis://:hunter2@cache"\n}\n'
  const found = secretsOfFile(bytes(json))
  for (const one of ['"password": "with \\"quotes\\" in",', 'with "quotes" in', 'redis://:hunter2@cache', json.trim()])
    expect(found).toContain(one)
  expect(secretsOfFile(bytes('password=correct horse;\n# x\nlog: production\n'))).toContain('correct horse')
  for (const ordinary of ['{', '}', 'app', 'production', '']) expect(found).not.toContain(ordinary)
})

it('takes for text what is UTF-8 to the byte', () => {
  expect(textOf(bytes('\ufeffünï\r\n'))).toBe('\ufeffünï\r\n')
  for (const other of [bytes('a\0b'), Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xed, 0xa0, 0x80)]) {
    expect(textOf(other)).toBeNull()
    expect(secretsOfFile(other)).toEqual([])
  }
})
