import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { attachProgram, secretPart, startProgram } from '@/lib/deploy/programs.ts'
import { quote } from '@/lib/deploy/quote.ts'
import { sha256 } from '@/lib/deploy/sha256.ts'
import type { Action, PlannedHook, Segment } from '@/lib/deploy/types.ts'

const context = { root: '/webroot', owner: 'panel/environment', epoch: '1', deployment: 1 }
const input = { secretBytes: new Uint8Array(0), payloads: [] }
const hook: PlannedHook = {
  event: 'after.deploy',
  origin: 'repository',
  from: 'new',
  release: 'one',
  path: '.fairlead/after.deploy',
  sha256: 'a'.repeat(64),
  timeoutMs: 1000,
  failure: 'stops',
}

function segment(action: Action, name = 'main'): Segment {
  const step = {
    n: 1,
    name: 'x',
    stage: 'ship',
    phase: 'main',
    action,
    replay: 'once',
    failure: 'stops',
    timeoutMs: 1000,
  } as const
  return { name, targetId: 't', steps: [step] }
}
const refused = expect.objectContaining({ code: 'invalid' }) as Error
const shells = ['sh', 'bash', 'busybox'].filter((shell) => {
  try {
    execFileSync(shell, shell === 'busybox' ? ['sh', '-c', ':'] : ['-c', ':'])
    return true
  } catch {
    return false
  }
})

describe('a quoted value', () => {
  const values = [
    '',
    "'",
    "''",
    "\\'",
    '$(id)',
    '`id`',
    '"$HOME"',
    '-rf',
    '!!',
    '\n',
    'a\nb\n\n',
    '\t\r\x01\x7f',
    'ünï 🚀',
    '*?[a]{b,c}~',
    '\\',
    '\\\\n',
    '%s%%',
    ';&|<>#',
    String.fromCharCode(...Array.from({ length: 127 }, (_, i) => i + 1)),
  ]
  it.each(shells)('is read back by %s as it was', (shell) => {
    const script = values.map((value) => `printf '%s\\0' ${quote(value)}\n`).join('')
    const output = execFileSync(shell, shell === 'busybox' ? ['sh'] : [], { input: script }).toString()
    expect(output.split('\0').slice(0, -1)).toEqual(values)
  })

  it('cannot hold NUL', () => {
    expect(() => quote('a\0b')).toThrow(TypeError)
  })
})

describe('programs', () => {
  it.each(shells)('are understood by %s', (shell) => {
    const program = startProgram(context, segment({ do: 'hook', hook }), input)
    execFileSync(shell, shell === 'busybox' ? ['sh', '-n'] : ['-n'], { input: program })
  })

  it.each([
    { root: 'webroot' },
    { root: '' },
    { root: '/a\0b' },
    { epoch: '-1' },
    { epoch: '1; id' },
    { epoch: '' },
    { owner: '' },
    { owner: 'a b' },
    { owner: 'a\nb' },
    { deployment: -1 },
    { deployment: 1.5 },
    { deployment: NaN },
  ])('refuse a context with %j', (wrong) => {
    expect(() => attachProgram({ ...context, ...wrong }, 'main', { journal: 0, steps: {} })).toThrow(refused)
  })

  it.each(['', '.', '..', '../x', 'a/b', '.hidden', 'Main', 'a b', 'a\nb', '$x', '-x', 'a'.repeat(65)])(
    'refuse the segment name %j',
    (name) => {
      expect(() => startProgram(context, segment({ do: 'unlink', expectCurrent: 'one' }, name), input)).toThrow(refused)
    },
  )

  const names = ['', '.', '..', '../x', 'a/b', '.hidden', '-rf', 'a b', 'a\nb', '$(id)', 'a'.repeat(201)]
  it.each(names)('refuse the release name %j wherever it stands', (release) => {
    const revision = 'a'.repeat(40)
    const permissions = { owner: 'a', group: 'b', mode: 'strict' } as const
    const actions: Action[] = [
      { do: 'release', release, revision },
      { do: 'variables', release, sha256: null },
      { do: 'permissions', release, permissions },
      { do: 'complete', release, revision, envSha256: null },
      { do: 'verify', release, envSha256: null },
      { do: 'switch', release, expectCurrent: null },
      { do: 'prune', remove: [release], keep: [] },
      { do: 'hook', hook: { ...hook, release } },
    ]
    for (const action of actions) expect(() => startProgram(context, segment(action), input)).toThrow(refused)
  })

  it.each(['', '/etc/passwd', '..', 'a/../../b', './a', 'a//b', 'a/', 'a\0b'])(
    'refuse the path of a hook %j',
    (path) => {
      expect(() => startProgram(context, segment({ do: 'hook', hook: { ...hook, path } }), input)).toThrow(refused)
    },
  )

  it.each(['', '-u', 'root user', '#0', 'a\nb', '%wheel', '$(id)', 'a:b', '../a'])('refuse the user %j', (user) => {
    expect(() => startProgram(context, segment({ do: 'hook', hook: { ...hook, user } }), input)).toThrow(refused)
    for (const permissions of [
      { owner: user, group: 'b', mode: 'off' } as const,
      { owner: 'a', group: user, mode: 'off' } as const,
    ]) {
      expect(() => startProgram(context, segment({ do: 'permissions', release: 'one', permissions }), input)).toThrow(
        refused,
      )
    }
  })
})

describe('the secret part', () => {
  it.each(['1A', 'A-B', '', 'A B', 'A\n', 'Ä', 'UID', 'SHELLOPTS', 'FAIRLEAD_STEP'])('refuses the name %j', (name) => {
    expect(() => secretPart({ [name]: 'x' }, null)).toThrow(
      expect.objectContaining({ details: { problems: [expect.objectContaining({ path: name })] } }) as Error,
    )
  })

  it('names every problem at once: NUL, a value too long, a set too long', () => {
    const long = 'ü'.repeat(60 * 1024)
    expect(() => secretPart({ A: 'a\0', B: `${long}x`, C: long }, '\0')).toThrow(
      expect.objectContaining({
        details: { problems: ['A', 'B', '.env'].map((path) => expect.objectContaining({ path }) as unknown) },
      }) as Error,
    )
    expect(() => secretPart({ A: long }, 'x'.repeat(1024 * 1024 + 1))).toThrow(refused)
  })

  it.each(shells)('sets two unexported variables in %s', (shell) => {
    const env = `A="it's"\n\n`
    const part = Buffer.from(secretPart({ A: `it's\n$(id)\n` }, env)).toString()
    const script = `${part}(eval "$exports"; printf '%s|' "$A"); printf '%s|' "$envfile"; env | grep -c -e '^exports=' -e '^envfile=' || :\n`
    expect(execFileSync(shell, shell === 'busybox' ? ['sh'] : [], { input: script }).toString()).toBe(
      `it's\n$(id)\n|${env}|0\n`,
    )
  })
})

describe('sha256', () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000, 100_003])('agrees with openssl on %i bytes', (length) => {
    const data = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255)
    expect(sha256(data)).toBe(createHash('sha256').update(data).digest('hex'))
  })
})
