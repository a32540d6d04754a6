// What has changed from one release to another, as a person reads it.
import { comparisonView, type ComparisonView } from '@/lib/api/shapes-preview.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { table } from './output.ts'
import { clean } from './terminal.ts'

const marks = { added: '+', changed: '~', removed: '-' } as const

export function comparisonText(answer: unknown): string {
  const { from, to, change, variables, hooks } = comparisonView.parse(answer)
  const names = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    variables[kind].map((name) => ({ name, change: kind })),
  )
  return [
    `Release ${from.number} (${shortSha(from.revision)}) → release ${to.number} (${shortSha(to.revision)})\n`,
    change ? treeText(change) : 'One of the commits is gone from the repository.\n',
    marked('Variables', names),
    marked('Hooks', hooks),
  ].join('')
}

function treeText({ commits, ahead, behind, files, changed }: NonNullable<ComparisonView['change']>): string {
  const rows = commits.map(({ sha, subject, author }) => [`  ${shortSha(sha)}`, clean(subject), clean(author)])
  const back = behind > 0 ? `, ${behind} taken back` : ''
  return `Commits: ${ahead} new${back}\n${table(rows)}Files: ${files}\n${lines(changed.map(({ path, change }) => ({ name: path, change })))}`
}

function marked(what: string, changes: { name: string; change: keyof typeof marks }[]): string {
  return changes.length === 0 ? '' : `${what}: ${changes.length}\n${lines(changes)}`
}

function lines(changes: { name: string; change: keyof typeof marks }[]): string {
  return changes.map(({ name, change }) => `  ${marks[change]} ${clean(name)}\n`).join('')
}
