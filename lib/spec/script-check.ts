// What a server says of a script: the answer of scriptProgram, as remarks by line, beside what is found without a server.
import { scriptFindings } from './script-findings.ts'

/** `line` is 1-based, null when it isn't about one. `code` is ShellCheck's. */
export type Remark = { line: number | null; level: 'error' | 'warning' | 'note'; message: string; code?: string }
export type ScriptReport = { remarks: Remark[]; bash: string | null; shellcheck: boolean }

/** `/proc/self/fd/0: line 3: syntax error …`: the language of programs is C. */
const ofBash = /^\/proc\/self\/fd\/0: line (\d+): (.+)$/
/** `-:2:6: warning: … [SC2034]` */
const ofShellcheck = /^-:(\d+):\d+: (error|warning|note): (.+) \[(SC\d+)\]$/

/** By line, those about none first. The line itself, which bash repeats in quotes, is left out. */
export function parseScriptCheck(answer: Uint8Array, script: string): ScriptReport {
  const [bash = '', shellcheck = '', ...said] = new TextDecoder().decode(answer).split('\n')
  const remarks = said.flatMap((text): Remark[] => {
    const own = ofBash.exec(text)
    if (own) return own[2]!.startsWith('`') ? [] : [{ line: Number(own[1]), level: 'error', message: own[2]! }]
    const [, line, level, message = '', code = ''] = ofShellcheck.exec(text) ?? []
    return line === undefined ? [] : [{ line: Number(line), level: level as Remark['level'], message, code }]
  })
  const ours = scriptFindings('This script', new TextEncoder().encode(script)).map(({ level, message }): Remark => ({
    line: null,
    level,
    message,
  }))
  const at = (remark: Remark): number => remark.line ?? 0
  return {
    remarks: [...ours, ...remarks].sort((a, b) => at(a) - at(b)),
    bash: bash.replace(/^bash ?/, '') || null,
    shellcheck: shellcheck === 'shellcheck yes',
  }
}
