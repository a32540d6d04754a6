import Link from 'next/link'
import type { EnvironmentView, ServerView } from '@/lib/api/shapes.ts'
import { CheckList } from '../server/check-list.tsx'
import { cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

/**
 * Where this environment lives: server, folder, what is live there. With the check of that folder and the way to the server for
 * whoever gets to see its server; `servers` are those.
 */
export function Targets({ environment, servers }: { environment: EnvironmentView; servers: ServerView[] }) {
  return (
    <div className="grid gap-4">
      {environment.targets.map((target) => {
        const server = servers.find(({ id }) => id === target.serverId)
        return (
          <section key={target.id} className={`${cardStyle} grid gap-3 p-4`}>
            <h2 className="font-semibold">
              {server ? (
                <Link href={`/servers/${server.id}`} className={linkStyle}>
                  {target.server}
                </Link>
              ) : (
                target.server
              )}{' '}
              <code className="font-mono text-xs font-normal text-ink-soft">{target.root}</code>
            </h2>
            <p className="break-words text-ink-soft">
              {target.liveRelease ? (
                <>
                  Live there: <code className="font-mono text-xs">{target.liveRelease}</code>
                  {target.liveSeenAt && (
                    <>
                      , seen <RelativeTime at={target.liveSeenAt} />
                    </>
                  )}
                </>
              ) : (
                'Nothing is live there yet.'
              )}
            </p>
            {server ? (
              <CheckList id={server.id} root={target.root} report={server.check} />
            ) : (
              <p className="text-ink-soft">Servers are added, trusted and checked by admins of the panel.</p>
            )}
          </section>
        )
      })}
    </div>
  )
}
