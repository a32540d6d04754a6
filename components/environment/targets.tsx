import Link from 'next/link'
import type { EnvironmentView, ServerView } from '@/lib/api/shapes.ts'
import { CheckList } from '../server/check-list.tsx'
import { cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

/** Where this environment lives: server, folder, what is live there, and the check of that folder. */
export function Targets({ environment, servers }: { environment: EnvironmentView; servers: ServerView[] }) {
  return (
    <div className="grid gap-4">
      {environment.targets.map((target) => (
        <section key={target.id} className={`${cardStyle} grid gap-3 p-4`}>
          <h2 className="font-semibold">
            <Link href={`/servers/${target.serverId}`} className={linkStyle}>
              {target.server}
            </Link>{' '}
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
          <CheckList
            id={target.serverId}
            root={target.root}
            report={servers.find(({ id }) => id === target.serverId)?.check ?? null}
          />
        </section>
      ))}
    </div>
  )
}
