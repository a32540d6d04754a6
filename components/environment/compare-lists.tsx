import { Minus, PencilLine, Plus, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { HookChangeView, TreeChangeView } from '@/lib/api/shapes-preview.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { RelativeTime } from '../time.tsx'

type Change = 'added' | 'changed' | 'removed'
type Names = { added: string[]; removed: string[]; changed: string[] }
export type Changes = { change: TreeChangeView | null; variables: Names; hooks: HookChangeView[] }

const looks: Record<Change, { icon: LucideIcon; word: string; tone: string }> = {
  added: { icon: Plus, word: 'added', tone: 'text-good' },
  changed: { icon: PencilLine, word: 'changed', tone: 'text-warn' },
  removed: { icon: Minus, word: 'removed', tone: 'text-bad' },
}

/** `3 commits, 12 files, 1 variable and 2 hooks change`, or that nothing does. */
export function changeSentence({ change, variables, hooks }: Changes): string {
  const names = variables.added.length + variables.removed.length + variables.changed.length
  const parts = [
    change && change.ahead > 0 && count(change.ahead, 'commit'),
    change && change.behind > 0 && `${count(change.behind, 'commit')} back`,
    change && change.files > 0 && count(change.files, 'file'),
    names > 0 && count(names, 'variable'),
    hooks.length > 0 && count(hooks.length, 'hook'),
  ].filter((part): part is string => Boolean(part))
  return parts.length === 0 ? 'Nothing changes' : parts.join(' · ')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** Commits, files, variables by name and hooks, each in a list of its own; what doesn't change isn't mentioned. */
export function ChangeLists({ change, variables, hooks }: Changes) {
  const names = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    variables[kind].map((name) => ({ name, change: kind })),
  )
  return (
    <div className="grid gap-x-8 gap-y-5 lg:grid-cols-2">
      {change && (change.ahead > 0 || change.behind > 0) && (
        <Part title={change.ahead > 0 ? 'Commits' : 'Commits that go'} count={change.ahead || change.behind}>
          {change.behind > 0 && (
            <p className="pb-1 text-warn">
              {count(change.behind, 'commit')} of what it is compared with {change.behind === 1 ? 'is' : 'are'} not in
              it: this goes back.
            </p>
          )}
          <ul className="divide-y">
            {change.commits.map((commit) => (
              <li key={commit.sha} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 py-1">
                <span className="truncate" title={commit.subject}>
                  {commit.subject}
                </span>
                <code className="font-mono text-xs leading-5 text-ink-soft">{shortSha(commit.sha)}</code>
                <span className="truncate text-xs text-ink-soft">
                  {commit.author}, <RelativeTime at={commit.at} />
                </span>
              </li>
            ))}
          </ul>
          <More all={change.ahead} shown={change.commits.length} />
        </Part>
      )}
      {change && change.files > 0 && (
        <Part title="Files" count={change.files}>
          <ul>
            {change.changed.map(({ path, change: kind }) => (
              <Named key={path} name={path} change={kind} />
            ))}
          </ul>
          <More all={change.files} shown={change.changed.length} />
        </Part>
      )}
      {names.length > 0 && (
        <Part title="Variables" count={names.length}>
          <ul>
            {names.map((one) => (
              <Named key={one.name} {...one} />
            ))}
          </ul>
        </Part>
      )}
      {hooks.length > 0 && (
        <Part title="Hooks" count={hooks.length}>
          <ul>
            {hooks.map(({ name, origin, change: kind }) => (
              <Named key={name} name={name} change={kind} more={origin} />
            ))}
          </ul>
        </Part>
      )}
    </div>
  )
}

function Part({ title, count: number, children }: { title: string; count: number; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="mb-1 flex items-baseline gap-2 font-medium">
        {title} <span className="figures text-xs font-normal text-ink-soft">{number}</span>
      </h3>
      <div tabIndex={0} role="group" aria-label={title} className="max-h-72 overflow-y-auto">
        {children}
      </div>
    </section>
  )
}

function Named({ name, change, more }: { name: string; change: Change; more?: string }) {
  const { icon: Icon, word, tone } = looks[change]
  return (
    <li className="flex items-baseline gap-2 py-0.5">
      <Icon aria-hidden size={12} strokeWidth={2.5} className={`shrink-0 self-center ${tone}`} />
      <code className="min-w-0 break-all font-mono text-xs leading-5">{name}</code>
      <span className="text-xs text-ink-soft">{more ? `${word}, ${more}` : word}</span>
    </li>
  )
}

function More({ all, shown }: { all: number; shown: number }) {
  return all > shown ? <p className="py-1 text-xs text-ink-soft">and {all - shown} more</p> : null
}
