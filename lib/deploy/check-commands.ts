// Of the check: what restarts run as root, what writes files elsewhere on the server, and the sudo lines that allow exactly that.
import { line } from './check-facts.ts'
import type { CheckContext, CheckLine, Facts } from './check-facts.ts'

/** A line for restarts and one for files; none when nothing of the kind is wanted. */
export function commands(facts: Facts, { commands: all }: CheckContext): CheckLine[] {
  const wanted = all.map((command, index) => ({ ...command, index }))
  const [restarts, files] = [wanted.filter(({ unless }) => !unless), wanted.filter(({ unless }) => unless)]
  return [...lineOf(facts, 'restarts', 'Restarts', restarts), ...lineOf(facts, 'files', 'Files elsewhere', files)]
}

type Wanted = CheckContext['commands'][number] & { index: number }

function lineOf(facts: Facts, id: string, label: string, wanted: Wanted[]): CheckLine[] {
  if (wanted.length === 0) return []
  const login = facts.one('user')
  const may = new Set(facts.all('may'))
  const paths = new Map(facts.all('command').map((text) => [text.split(' ')[0], text.replace(/^\d+ ?/, '')]))
  const details: string[] = []
  const lines: string[] = []
  for (const { index, words, otherwise } of wanted) {
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
  return [line(id, label, verdict, details.join('; ') || 'everything needed is allowed', remedy)]
}

/** Of what names of services hold, `:` and `=` mean something to sudoers(5), and `*` would stand for anything. */
function sudoersWord(word: string): string {
  return word.replace(/[\\:=,*?[\]]/g, '\\$&')
}
