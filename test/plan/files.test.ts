import { expect, it } from 'vitest'
import { planHash } from '@/lib/deploy/agreement.ts'
import { planDifferences } from '@/lib/deploy/plan-difference.ts'
import { planActivation, planDeployment } from '@/lib/deploy/plan.ts'
import type { PlannedFile } from '@/lib/deploy/types.ts'
import { secretsOfFile, textOf } from '@/lib/redact/files.ts'
import { activationInput, inTree, planInput } from './fixtures.ts'

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
