import type { Metadata } from 'next'
import { PageHeader } from '@/components/page-header.tsx'
import { ServerForm } from '@/components/server/server-form.tsx'
import { cardStyle } from '@/components/style.ts'
import { listServers } from '@/lib/panel/servers.ts'
import { demandPage, load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Add a server' }

export default async function NewServerPage() {
  await demandPage('configure', null)
  const servers = await load(listServers, {})
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="Add a server" trail={[{ href: '/servers', name: 'Servers' }]} />
      <div className={`${cardStyle} p-5`}>
        <ServerForm next="/servers/:id" choices={servers.map(({ id, name }) => ({ id, name }))} />
      </div>
    </div>
  )
}
