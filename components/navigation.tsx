'use client'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { Logo } from './logo.tsx'
import { CommandCentre, SearchButton } from './palette/centre.tsx'
import { placesFor, type Place, type Reach } from './places.ts'
import { Presence } from './presence/presence.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

/** The one bar of the panel; on a phone the words go and the shapes stay, each still named for a screen reader. */
export function Navigation({ reach }: { reach: Reach }) {
  const path = usePathname()
  const places = placesFor(reach)
  const isHere = ({ href, also }: Place) =>
    [href, ...also].some((place) => (place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`)))
  return (
    <header className="sticky top-0 z-30 border-b bg-panel">
      <div className="mx-auto flex h-12 max-w-6xl items-center gap-1 px-3 sm:px-4">
        <Link
          href="/"
          className="mr-2 flex items-center gap-2 font-semibold tracking-tight"
          aria-label="Fairlead, overview"
        >
          <Logo size={22} /> <span className="hidden sm:inline">Fairlead</span>
        </Link>
        <nav aria-label="Main" className="flex min-w-0 flex-1 gap-1">
          {places.map((place) => (
            <Link
              key={place.href}
              href={place.href}
              aria-current={isHere(place) ? 'page' : undefined}
              className="flex h-8 items-center gap-1.5 whitespace-nowrap rounded-one px-2.5 text-ink-soft hover:bg-sunken hover:text-ink aria-[current]:bg-accent-soft aria-[current]:text-accent"
            >
              <place.icon aria-hidden size={16} />
              <span className={isHere(place) ? 'sr-only sm:not-sr-only' : 'sr-only md:not-sr-only'}>{place.word}</span>
            </Link>
          ))}
        </nav>
        <Presence />
        <SearchButton />
        <ThemeSwitch />
        <CommandCentre reach={reach} />
      </div>
    </header>
  )
}
