// Lists of the API, which come page by page.
import { z } from 'zod'
import type { Client } from './client.ts'

/** The first page: as many as the panel gives at once. Throws Stop. */
export async function firstPage<T extends z.ZodType>(client: Client, item: T, path: string): Promise<z.output<T>[]> {
  return (await client.call(page(item), 'GET', path)).items
}

/** The whole list. Throws Stop. */
export async function everyPage<T extends z.ZodType>(client: Client, item: T, path: string): Promise<z.output<T>[]> {
  const all: z.output<T>[] = []
  for (let cursor = ''; ;) {
    const { items, next } = await client.call(
      page(item),
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}limit=100${cursor}`,
    )
    all.push(...items)
    if (next === null) return all
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}

function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}
