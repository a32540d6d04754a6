import { expect, it } from 'vitest'
import { parseScriptCheck } from '../../lib/spec/script-check.ts'

const parse = (lines: string[], script = 'set -e\nmake\n') =>
  parseScriptCheck(new TextEncoder().encode(lines.join('\n')), script)

it('tells what bash and ShellCheck say, by line', () => {
  const said = [
    'bash 5.2.15(1)-release',
    'shellcheck yes',
    "/proc/self/fd/0: line 3: syntax error near unexpected token `)'",
    "/proc/self/fd/0: line 3: `fi; )'",
    '-:2:6: note: Double quote to prevent globbing and word splitting. [SC2086]',
    '-:1:1: warning: x appears unused. Verify use (or export if used externally). [SC2034]',
    '',
  ]
  expect(parse(said)).toEqual({
    bash: '5.2.15(1)-release',
    shellcheck: true,
    remarks: [
      {
        line: 1,
        level: 'warning',
        code: 'SC2034',
        message: 'x appears unused. Verify use (or export if used externally).',
      },
      { line: 2, level: 'note', code: 'SC2086', message: 'Double quote to prevent globbing and word splitting.' },
      { line: 3, level: 'error', message: "syntax error near unexpected token `)'" },
    ],
  })
})

it('says what is wrong without a server, and which tools were not there', () => {
  expect(parse(['bash', 'shellcheck', '', ''], 'make one\nmake two\n')).toEqual({
    bash: null,
    shellcheck: false,
    remarks: [
      {
        line: null,
        level: 'note',
        message: 'This script does not say `set -e`: only its last command decides whether it failed.',
      },
    ],
  })
})
