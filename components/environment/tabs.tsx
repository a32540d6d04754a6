'use client'
import Link from 'next/link'
import { pageTabs, tabs, type Tab } from './tab-names.ts'

function pathOf(tab: Tab): string {
  if (tab === 'releases') return ''
  return Object.hasOwn(pageTabs, tab) ? `?tab=${tab}` : `/${tab}`
}

/** Tabs as links: each has an address, opens in a new tab, and only what is looked at is read. */
export function Tabs({ id, current }: { id: string; current: Tab }) {
  return (
    <nav aria-label="Environment" className="mb-4 flex gap-0.5 overflow-x-auto border-b">
      {(Object.keys(tabs) as Tab[]).map((tab) => (
        <Link
          key={tab}
          href={`/environments/${id}${pathOf(tab)}`}
          scroll={false}
          ref={tab === current ? keepInSight : undefined}
          aria-current={tab === current ? 'page' : undefined}
          className="-mb-px shrink-0 whitespace-nowrap border-b-2 border-transparent px-2.5 py-2 sm:px-3 text-ink-soft outline-offset-[-2px] hover:text-ink aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink"
        >
          {tabs[tab]}
        </Link>
      ))}
    </nav>
  )
}

/** On a phone there are more tabs than fit. */
function keepInSight(link: HTMLAnchorElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'center' })
}
