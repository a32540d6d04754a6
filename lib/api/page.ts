// Lists page by page.
import { PanelError } from '@/lib/errors.ts'

type Page<T> = { items: T[]; next: string | null }

/** The page after the item whose id is `cursor`. PanelError invalid when that item is gone: begin again. */
export function pageById<T extends { id: string }>(
  all: readonly T[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Page<T> {
  const at = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1
  if (at === 0 && cursor !== undefined) throw goneCursor()
  const items = all.slice(at, at + limit)
  return { items, next: at + limit < all.length ? (items.at(-1)?.id ?? null) : null }
}

export function goneCursor(): PanelError {
  return new PanelError('invalid', 'What this page began after is gone. Begin with the first page again.', {
    problems: [{ path: 'cursor', message: 'This page’s beginning is gone.' }],
  })
}

/** A page that was read by number, newest first: full ones have a next one, which may be empty. */
export function pageByNumber<T extends { number: number }>(items: T[], limit: number): Page<T> {
  return { items, next: items.length === limit ? String(items.at(-1)!.number) : null }
}
