// What is worth saying about the text of a hook before it runs. Nothing here stops a deployment: bash decides.
import type { Finding } from '../deploy/types.ts'

/** Findings for one script: a byte order mark, CRLF line ends, a misspelt `set -e`, none at all (seeds §1.5). */
export function scriptFindings(path: string, bytes: Uint8Array): Finding[] {
  const text = new TextDecoder().decode(bytes)
  const findings: Finding[] = []
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    findings.push({
      level: 'warning',
      code: 'hook_bom',
      path,
      message: `${path} begins with a byte order mark; bash takes it as part of the first command, which it then doesn’t find.`,
      hint: 'Save it as UTF-8 without one.',
    })
  }
  if (/\r\n/.test(text)) {
    findings.push({
      level: 'warning',
      code: 'hook_crlf',
      path,
      message: `${path} has Windows line ends; bash takes the carriage return as part of each command.`,
      hint: 'Save it with LF line ends (in .gitattributes: `.amezmo/** text eol=lf`).',
    })
  }
  const broken = text.split(/\r?\n/).findIndex((line) => /^\s*set\s+-[a-z]*[^\sa-z;&|#-][^\s;&|#]*(\s|;|$)/i.test(line))
  if (broken >= 0) {
    findings.push({
      level: 'warning',
      code: 'hook_set_invalid',
      path,
      message: `Line ${broken + 1} of ${path} calls set with an option that bash does not know, so errors are ignored.`,
      hint: 'Write it as `set -e`.',
    })
  } else if (!exitsOnError(text)) {
    findings.push({
      level: 'note',
      code: 'hook_without_set_e',
      path,
      message: `${path} does not say \`set -e\`: only its last command decides whether it failed.`,
      hint: 'Begin it with `set -e` to stop at the first command that fails.',
    })
  }
  return findings
}

/**
 * True when a script of several commands asks for it, or has one command only (whose status is the script's anyway). An `-e` in
 * the first line doesn't count: hooks are run as `bash FILE`.
 */
function exitsOnError(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !/^\s*#/.test(line))
  if (lines.length < 2) return true
  return lines.some((line) => /(^|[;&|]\s*|^\s+)set\s+((-[a-z]*\s+)*-[a-z]*e|.*-o\s+errexit)/.test(line))
}
