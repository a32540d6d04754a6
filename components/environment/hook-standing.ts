// What stands at a place of the lifecycle: what the page was drawn with, or what was saved here since.
import type { HookView } from '@/lib/api/shapes.ts'

type Numbered = Pick<HookView, 'number'>

/** `hook` null = it was removed. `from`: the revision from which on the page says what stands; `wasDrawn`: whether one was, before. */
export type Saved<Hook extends Numbered> = { hook: Hook | null; from: number; wasDrawn: boolean }

/** What a person saved (null: they removed it) over what was shown, which the page may not have been drawn with yet. */
export function savedOver<Hook extends Numbered>(
  hook: Hook | null,
  shown: Numbered | null,
  drawn: Numbered | null,
): Saved<Hook> {
  // Removing is a revision of its own: only one after it stands again.
  return { hook, from: hook?.number ?? (shown?.number ?? 0) + 2, wasDrawn: shown !== null && drawn !== null }
}

/**
 * Whether the page has come to what was saved, or past it. Each saving has it drawn anew, so several drawings may be under way, and
 * what was asked for first comes first: it is older than what stands.
 */
export function hasCome(saved: Saved<Numbered>, drawn: Numbered | null): boolean {
  return drawn === null ? saved.wasDrawn : drawn.number >= saved.from
}
