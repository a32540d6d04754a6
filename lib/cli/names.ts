// Things by the names that people know them by, in place of ids.
import { z } from 'zod'
import type { Client } from './client.ts'
import { exits, Stop } from './exit.ts'
import { everyPage, firstPage } from './pages.ts'
import { clean } from './terminal.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const thing = z.looseObject({
  id: z.string(),
  name: z.string(),
  slug: z.string().optional(),
  projectSlug: z.string().optional(),
})
export type Noun = 'environment' | 'project' | 'server'

/** What a person types for it: `shop/production`, `shop`, `web-1`. */
export function nameOf(noun: Noun, { name, slug, projectSlug }: z.infer<typeof thing>): string {
  if (noun === 'environment') return `${projectSlug ?? ''}/${slug ?? ''}`
  return noun === 'project' ? (slug ?? '') : name
}

/** Throws Stop. */
export async function namesOf(client: Client, noun: Noun): Promise<{ id: string; name: string }[]> {
  const all = await everyPage(client, thing, `/${noun}s`)
  return all.map((one) => ({ id: one.id, name: nameOf(noun, one) }))
}

/** The id of what is named; an id is one already. Throws Stop, which lists what there is. */
export async function idOf(client: Client, noun: Noun, typed: string): Promise<string> {
  if (uuid.test(typed)) return typed
  if (noun === 'environment') {
    const [one] = await firstPage(client, thing, `/environments?name=${encodeURIComponent(typed)}`)
    if (one && nameOf(noun, one) === typed) return one.id
  }
  const all = await namesOf(client, noun)
  const found = all.find(({ name }) => name === typed)
  if (found) return found.id
  const known = all.map(({ name }) => `\n  ${clean(name)}`).join('')
  throw new Stop(exits.usage, `There is no ${noun} “${typed}”.${known && ` There are:${known}`}`)
}

/** What a field of an operation's path or input names, if people have names for it. */
export function nounOf(field: string, path: string): Noun | null {
  if (field === 'environmentId' || (field === 'to' && path.endsWith('/promote'))) return 'environment'
  if (field === 'projectId') return 'project'
  if (field === 'serverId' || field === 'jumpId') return 'server'
  if (field !== 'id') return null
  return path.startsWith('/projects/') ? 'project' : path.startsWith('/servers/') ? 'server' : null
}
