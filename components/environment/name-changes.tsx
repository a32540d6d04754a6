import type { VariableChanges } from '@/lib/api/shapes.ts'

const kinds = [
  ['added', '+', 'text-good'],
  ['removed', '−', 'text-bad'],
  ['changed', '~', 'text-warn'],
] as const

/** How two sets of variables differ: names and signs, each sign with its word for who can't see the colour. */
export function NameChanges({ changes, none }: { changes: VariableChanges; none: string }) {
  if (kinds.every(([kind]) => changes[kind].length === 0)) return <span className="text-ink-soft">{none}</span>
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-0.5">
      {kinds.flatMap(([kind, sign, color]) =>
        changes[kind].map((name) => (
          <li key={`${kind} ${name}`} className="min-w-0 break-all">
            <span aria-hidden className={`font-mono ${color}`}>
              {sign}
            </span>
            <span className="sr-only">{kind}: </span> <code className="font-mono text-xs">{name}</code>
          </li>
        )),
      )}
    </ul>
  )
}

/** Whether anything differs. */
export function differs(changes: VariableChanges): boolean {
  return kinds.some(([kind]) => changes[kind].length > 0)
}
