import type { Metadata } from 'next'
import Link from 'next/link'
import { Empty } from '@/components/empty.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { StatusBadge } from '@/components/status-badge.tsx'
import { buttonStyle, cardStyle } from '@/components/style.ts'
import { RelativeTime } from '@/components/time.tsx'
import { listServers } from '@/lib/panel/servers.ts'
import { load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Servers' }

const words = { ok: 'Ready', warning: 'Ready, with warnings', failed: 'Not ready' } as const

export default async function ServersPage() {
  const servers = await load(listServers, {})
  const add = <Link href="/servers/new" className={buttonStyle.primary}>Add a server</Link>
  if (servers.length === 0) {
    return (
      <>
        <PageHeader title="Servers" />
        <Empty title="No servers yet" action={add}>
          A server is any Linux machine of yours that the panel reaches over SSH. It needs nothing installed but a shell.
        </Empty>
      </>
    )
  }
  return (
    <>
      <PageHeader title="Servers">{add}</PageHeader>
      <ul className={`${cardStyle} divide-y`}>
        {servers.map((server) => (
          <li key={server.id} className="relative flex flex-wrap items-center gap-x-4 gap-y-1 p-4 hover:bg-sunken">
            <div className="min-w-0 flex-1 basis-60">
              <Link href={`/servers/${server.id}`} className="font-medium after:absolute after:inset-0">{server.name}</Link>
              <p className="truncate font-mono text-xs text-ink-soft">{server.user}@{server.host}{server.port === 22 ? '' : `:${server.port}`}</p>
            </div>
            <p className="basis-48 text-ink-soft">
              {server.environments.length === 0 ? 'no environment' : server.environments.map(({ project, name }) => `${project} ${name}`).join(', ')}
            </p>
            <div className="flex items-center gap-2 text-ink-soft">
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
