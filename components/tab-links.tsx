'use client'
import Link from 'next/link'

type TabLink = { href: string; word: string; isCurrent: boolean }

/** Tabs as links: each has an address, opens in a new tab, and only what is looked at is read. */
export function TabLinks({ label, tabs }: { label: string; tabs: TabLink[] }) {
  return (
    <nav aria-label={label} className="mb-4 flex gap-0.5 overflow-x-auto border-b">
      {tabs.map(({ href, word, isCurrent }) => (
        <Link
          key={href}
          href={href}
          scroll={false}
          ref={isCurrent ? keepInSight : undefined}
          aria-current={isCurrent ? 'page' : undefined}
          className="-mb-px shrink-0 whitespace-nowrap border-b-2 border-transparent px-2.5 py-2 pointer-coarse:py-3 sm:px-3 text-ink-soft outline-offset-[-2px] hover:text-ink aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink"
        >
          {word}
        </Link>
      ))}
    </nav>
  )
}

/** On a phone there are more tabs than fit. */
function keepInSight(link: HTMLAnchorElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'center' })
}
