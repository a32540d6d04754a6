// Of the check: what restarts run as root, and the sudo lines that allow exactly that.
import { line } from './check-facts.ts'
import type { CheckContext, CheckLine, Facts } from './check-facts.ts'

/** One line for all of them; none when no restart needs it. */
export function commands(facts: Facts, { commands: wanted }: CheckContext): CheckLine[] {
  if (wanted.length === 0) return []
  const login = facts.one('user')
  const may = new Set(facts.all('may'))
  const paths = new Map(facts.all('command').map((text) => [text.split(' ')[0], text.replace(/^\d+ ?/, '')]))
  const details: string[] = []
  const lines: string[] = []
  for (const [index, { words, otherwise }] of wanted.entries()) {
    const said = otherwise && facts.one('systemd') === '' ? otherwise : words
    const path = paths.get(`${index}`) ?? ''
    if (path === '') details.push(`${said[0]} is not on this server`)
    else if (!may.has(`${index}`)) {
      details.push(`${login} may not run ${said.join(' ')}`)
      lines.push(`${login} ALL=(root) NOPASSWD: ${[path, ...said.slice(1).map(sudoersWord)].join(' ')}`)
    }
  }
  const remedy = lines.length > 0 ? `Add with \`visudo -f /etc/sudoers.d/fairlead\`:\n${lines.join('\n')}` : undefined
  const verdict = details.length > 0 ? 'failed' : 'ok'
  return [line('restarts', 'Restarts', verdict, details.join('; ') || 'everything needed is allowed', remedy)]
}

/** Of what names of services hold, `:` and `=` mean something to sudoers(5), and `*` would stand for anything. */
function sudoersWord(word: string): string {
  return word.replace(/[\\:=,*?[\]]/g, '\\$&')
}
