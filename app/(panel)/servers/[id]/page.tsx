import Link from 'next/link'
import { PageHeader } from '@/components/page-header.tsx'
import { RemoveServer } from '@/components/server/remove-server.tsx'
import { ServerSteps } from '@/components/server/server-steps.tsx'
import { WayForm } from '@/components/server/way-form.tsx'
import { cardStyle, linkStyle } from '@/components/style.ts'
import { getServer, listServers } from '@/lib/panel/servers.ts'
import { load } from '@/lib/web/page.ts'

export default async function ServerPage({ params }: { params: Promise<{ id: string }> }) {
  const [server, servers] = await Promise.all([load(getServer, await params), load(listServers, {})])
  const choices = servers.filter(({ id }) => id !== server.id).map(({ id, name }) => ({ id, name }))
  return (
    <div className="mx-auto max-w-3xl">
      <title>{`${server.name} · Fairlead`}</title>
      <PageHeader
        title={server.name}
        trail={[{ href: '/servers', name: 'Servers' }]}
        below={
          <p className="mt-1 font-mono text-xs text-ink-soft">
            {server.user}@{server.host}:{server.port}
            {server.jump && (
              <>
                {' '}
                through{' '}
                <Link href={`/servers/${server.jump.id}`} className={linkStyle}>
                  {server.jump.name}
                </Link>
              </>
            )}
          </p>
        }
      />
      <ServerSteps server={server} />
      <section className={`${cardStyle} mt-4 grid gap-3 p-4`}>
        <h2 className="font-semibold">Name and way</h2>
        <WayForm server={server} choices={choices} />
      </section>
      <section className={`${cardStyle} mt-4 grid gap-3 p-4`}>
        <h2 className="font-semibold">Environments on it</h2>
        {server.environments.length === 0 ? (
          <p className="text-ink-soft">
            None yet.{' '}
            <Link href="/environments/new" className={linkStyle}>
              Make an environment
            </Link>
          </p>
        ) : (
          <ul className="grid gap-1">
            {server.environments.map((environment) => (
              <li key={environment.id}>
                <Link href={`/environments/${environment.id}`} className={linkStyle}>
                  {environment.project} {environment.name}
                </Link>{' '}
                <code className="font-mono text-xs text-ink-soft">{environment.root}</code>
              </li>
            ))}
          </ul>
        )}
        {server.environments.length === 0 && (
          <div>
            <RemoveServer server={server} />
          </div>
        )}
      </section>
    </div>
  )
}
