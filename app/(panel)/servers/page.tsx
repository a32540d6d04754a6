import type { Metadata } from 'next'
import Link from 'next/link'
import { Empty } from '@/components/empty.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { LabelChips } from '@/components/server/label-chips.tsx'
import { StatusBadge } from '@/components/status-badge.tsx'
import { buttonStyle, cardStyle } from '@/components/style.ts'
import { RelativeTime } from '@/components/time.tsx'
import type { ServerView } from '@/lib/api/shapes.ts'
import { listServers } from '@/lib/panel/servers.ts'
import { demandPage, load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Servers' }

const words = { ok: 'Ready', warning: 'Ready, with warnings', failed: 'Not ready' } as const

const namesOf = ({ environments }: ServerView) => environments.map(({ project, name }) => `${project} / ${name}`)

/** The first ones by name, the rest as a number. */
function shortList(names: string[]): string {
  if (names.length === 0) return 'no environment'
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}

export default async function ServersPage() {
  await demandPage('configure', null)
  const servers = await load(listServers, {})
  const add = (
    <Link href="/servers/new" className={buttonStyle.primary}>
      Add a server
    </Link>
  )
  if (servers.length === 0) {
    return (
      <>
        <PageHeader title="Servers" />
        <Empty title="No servers yet" action={add}>
          A server is any Linux machine of yours that the panel reaches over SSH. It needs nothing installed but a
          shell.
        </Empty>
      </>
    )
  }
  return (
    <>
      <PageHeader title="Servers">{add}</PageHeader>
      <ul className={`${cardStyle} divide-y`}>
        {servers.map((server) => (
          <li
            key={server.id}
            className="relative grid items-center gap-x-6 gap-y-1.5 px-4 py-3 hover:bg-sunken sm:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_auto]"
          >
            <div className="min-w-0">
              <Link href={`/servers/${server.id}`} className="font-semibold after:absolute after:inset-0">
                {server.name}
              </Link>
              <p className="truncate font-mono text-xs text-ink-soft">
                {server.user}@{server.host}
                {server.port === 22 ? '' : `:${server.port}`}
              </p>
              <LabelChips labels={server.labels} />
            </div>
            <p className="truncate text-ink-soft" title={namesOf(server).join(', ')}>
              {shortList(namesOf(server))}
            </p>
            <div className="flex items-center gap-2 text-xs text-ink-soft">
              {!server.fingerprint ? (
                <StatusBadge status="waiting" word="Key not confirmed" />
              ) : server.check ? (
                <>
                  <StatusBadge status={server.check.verdict} word={words[server.check.verdict]} />
                  <RelativeTime at={server.check.at} />
                </>
              ) : (
                <StatusBadge status="unknown" word="Not checked" />
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}
