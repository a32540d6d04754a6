import { TabLinks } from '../tab-links.tsx'
import { pageTabs, tabs, type Tab } from './tab-names.ts'

function pathOf(tab: Tab): string {
  if (tab === 'releases') return ''
  return Object.hasOwn(pageTabs, tab) ? `?tab=${tab}` : `/${tab}`
}

export function Tabs({ id, current }: { id: string; current: Tab }) {
  const links = (Object.keys(tabs) as Tab[]).map((tab) => ({
    href: `/environments/${id}${pathOf(tab)}`,
    word: tabs[tab],
    isCurrent: tab === current,
  }))
  return <TabLinks label="Environment" tabs={links} />
}
