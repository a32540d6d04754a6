import Link from 'next/link'
import type { EnvironmentView, ServerChoice, ServerView, TargetView } from '@/lib/api/shapes.ts'
import { differing } from '@/lib/format/servers-differ.ts'
import { CheckList } from '../server/check-list.tsx'
import { LabelChips } from '../server/label-chips.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { AddTarget } from './add-target.tsx'
import { TargetStanding } from './fleet-notice.tsx'
import { TargetActions } from './target-actions.tsx'

type TargetsProps = {
  environment: EnvironmentView
  /** Those that whoever asks gets to see: with their checks, and the way to them. */
  servers: ServerView[]
  /** Those that the environment could be put on. */
  choices: ServerChoice[]
}

/** Where this environment lives: servers, folders, what is live there, in the order in which they change. */
export function Targets({ environment, servers, choices }: TargetsProps) {
  const { targets, live, can, running } = environment
  const others = differing(targets, live?.number ?? null)
  const free = choices.filter(({ id }) => !targets.some(({ serverId }) => serverId === id))
  return (
    <div className="grid gap-4">
      <ul aria-label="Servers" className={`${cardStyle} divide-y`}>
        {targets.map((target, at) => {
          const server = servers.find(({ id }) => id === target.serverId)
          return (
            <li key={target.id} className="grid gap-3 p-4">
              <div className="grid gap-x-6 gap-y-2 md:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_auto] md:items-start">
                <Place target={target} isSeen={server !== undefined} />
                <LiveThere target={target} differs={others.includes(target)} />
                {can.configure && targets.length > 1 && !running && <TargetActions environment={environment} at={at} />}
              </div>
              {server ? (
                <details open={targets.length === 1}>
                  <summary className="w-fit rounded text-ink-soft hover:text-ink">Check of this folder</summary>
                  <div className="mt-3">
                    <CheckList id={server.id} root={target.root} report={server.check} />
                  </div>
                </details>
              ) : (
                <p className="text-ink-soft">Servers are added, trusted and checked by admins of the panel.</p>
              )}
            </li>
          )
        })}
      </ul>
      {can.configure && !running && free.length > 0 && <AddTarget environment={environment} choices={free} />}
    </div>
  )
}

function Place({ target, isSeen }: { target: TargetView; isSeen: boolean }) {
  return (
    <div className="grid min-w-0 justify-items-start gap-1">
      <h2 className="max-w-full break-words font-semibold">
        {isSeen ? (
          <Link href={`/servers/${target.serverId}`} className={linkStyle}>
            {target.server}
          </Link>
        ) : (
          target.server
        )}
      </h2>
      <code className="max-w-full break-words font-mono text-xs text-ink-soft">{target.root}</code>
      <LabelChips labels={target.labels} />
    </div>
  )
}

function LiveThere({ target, differs }: { target: TargetView; differs: boolean }) {
  const { liveRelease, liveNumber, liveSeenAt, unknownSince } = target
  return (
    <div className="grid min-w-0 justify-items-start gap-1 text-ink-soft">
      {differs && (
        <StatusBadge
          status={unknownSince === null ? 'warning' : 'unknown'}
          word={unknownSince === null ? 'Another release than elsewhere' : 'Unknown'}
        />
      )}
      {unknownSince !== null && (
        <p className="break-words text-ink">
          <TargetStanding target={target} />
        </p>
      )}
      <p className="max-w-full break-words">
        {liveRelease === null ? (
          'No release of this environment is live there.'
        ) : (
          <>
            {unknownSince === null ? 'Live there: ' : 'Last seen live: '}
            {liveNumber === null ? '' : `release ${liveNumber}, `}
            <code className="font-mono text-xs">{liveRelease}</code>
            {liveSeenAt && (
              <>
                , seen <RelativeTime at={liveSeenAt} />
              </>
            )}
          </>
        )}
      </p>
    </div>
  )
}
