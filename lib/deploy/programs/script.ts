// A look at a script: what bash says of its grammar, and ShellCheck where it is installed. Nothing of it is run.
import { squeeze } from './squeeze.ts'
import { assign, attached } from './text.ts'

const looking = squeeze(`
  limited() { if command -v timeout >/dev/null; then timeout 10 "$@"; else "$@"; fi; }
  version= checked= found= remarks=
  if command -v bash >/dev/null; then
    version=$(bash -c 'echo "$BASH_VERSION"')
    found=$(printf %s "$script" | limited bash -n /proc/self/fd/0 2>&1 | head -c 16384)
  fi
  if command -v shellcheck >/dev/null; then
    checked=yes
    remarks=$(printf %s "$script" | limited shellcheck -s bash -f gcc - 2>&1 | head -c 65536)
  fi
  answer "bash $version
shellcheck $checked
$found
$remarks
"
`)

/** The answer is for `parseScriptCheck` of lib/spec. */
export function scriptProgram(script: string): string {
  return [assign({ script }), attached, looking].join('')
}
