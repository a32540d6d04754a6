// What a run was asked to do, in as few words as a list has room for.
type Source = { type: 'git'; ref: string } | { type: string; number: number } | { type: 'leave' }

/** `main`, `release 7`, `taken out`. */
export function sourceWords(source: Source): string {
  if ('ref' in source) return source.ref
  return 'number' in source ? `${source.type} ${source.number}` : 'taken out'
}
