// The pages that one gets to from everywhere: by the bar above, by the palette, by two keys.
import { CircleUser, Layers, ScrollText, Server, Users, type LucideIcon } from 'lucide-react'

/** What the person may do in the panel (`servers`) or anywhere: what nobody would let them do isn't offered. */
export type Reach = { servers: boolean; people: boolean; configure: boolean; deploy: boolean }

/** `key`: after `g`. `also`: paths that belong to it. */
export type Place = {
  href: string
  word: string
  key: string
  icon: LucideIcon
  also: string[]
  needs?: keyof Reach
}

const places: Place[] = [
  { href: '/', word: 'Environments', key: 'o', icon: Layers, also: ['/environments', '/deployments', '/projects'] },
  { href: '/servers', word: 'Servers', key: 's', icon: Server, also: [], needs: 'servers' },
  { href: '/people', word: 'People', key: 'p', icon: Users, also: [], needs: 'people' },
  { href: '/audit', word: 'Audit', key: 'u', icon: ScrollText, also: [], needs: 'people' },
  { href: '/account', word: 'Account', key: 'a', icon: CircleUser, also: [] },
]

export function placesFor(reach: Reach): Place[] {
  return places.filter(({ needs }) => needs === undefined || reach[needs])
}
