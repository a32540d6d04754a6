'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { EnvironmentView, ReleaseView } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { CopyButton } from '../copy-button.tsx'
import { Empty } from '../empty.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { ActivateButton } from './activate-button.tsx'
import { ReleaseMenu, type Neighbour } from './release-menu.tsx'

type ReleaseListProps = {
  environment: EnvironmentView
  releases: ReleaseView[]
  /** The other environments of the project. */
  others: Neighbour[]
}

/** What can be put live, newest first; the live one is unmistakable. What retention has removed is folded away. */
export function ReleaseList({ environment, releases, others }: ReleaseListProps) {
  const canDeploy = environment.can.deploy
  // Whatever is under way would come in between.
  const canActivate = canDeploy && !environment.running
  const rollBackTo = environment.rollBackTo?.number ?? null
  if (releases.length === 0)
    return (
      <Empty title="No releases yet">
        Each deployment that gets as far as the server makes one.{canDeploy && ' Press Deploy for the first.'}
      </Empty>
    )
  const [kept, removed] = [
    releases.filter(({ state }) => state !== 'removed'),
    releases.filter(({ state }) => state === 'removed'),
  ]
  const liveRelease = releases.find(({ isLive }) => isLive)
  const live = liveRelease?.number ?? null
  const liveSet = liveRelease?.variablesNumber ?? null
  return (
    <section aria-labelledby="releases">
      <h2 id="releases" className="mb-2 flex items-baseline gap-2 font-semibold">
        On the servers <span className="figures text-xs font-normal text-ink-soft">{kept.length}</span>
        {releases.length > 1 && (
          <Link
            href={`/environments/${releases[0]!.environmentId}/compare`}
            className={`${linkStyle} ml-auto font-normal`}
          >
            Compare
          </Link>
        )}
      </h2>
      <ul className={`${cardStyle} divide-y overflow-hidden`}>
        {kept.map((release) => (
          <ReleaseRow key={release.id} release={release} liveSet={liveSet} canActivate={canActivate}>
            <ReleaseMenu
              environment={environment}
              release={release}
              live={live}
              others={others}
              canDeploy={canDeploy}
              canActivate={canActivate && release.state === 'complete'}
              canRemove={
                canActivate && release.state === 'complete' && release.number !== live && release.number !== rollBackTo
              }
            />
          </ReleaseRow>
        ))}
      </ul>
      {removed.length > 0 && (
        <details className="mt-2">
          <summary className="w-fit rounded px-1 py-1 text-ink-soft hover:text-ink">
            {removed.length} older {removed.length === 1 ? 'one was' : 'ones were'} removed from the servers
          </summary>
          <ul className={`${cardStyle} mt-1 divide-y overflow-hidden`}>
            {removed.map((release) => (
              <ReleaseRow key={release.id} release={release} liveSet={liveSet} canActivate={false}>
                <ReleaseMenu
                  environment={environment}
                  release={release}
                  live={live}
                  others={others}
                  canDeploy={canDeploy}
                  canActivate={false}
                  canRemove={false}
                />
              </ReleaseRow>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

type ReleaseRowProps = { release: ReleaseView; liveSet: number | null; canActivate: boolean; children: ReactNode }

function ReleaseRow({ release, liveSet, canActivate, children }: ReleaseRowProps) {
  const { number, isLive, state } = release
  return (
    <li
      className={`grid grid-cols-[2rem_minmax(0,1fr)_auto] items-center gap-x-3 border-l-[3px] py-2 pl-2 pr-3 sm:grid-cols-[2.75rem_minmax(0,1fr)_auto] sm:pl-3 sm:pr-4 ${isLive ? 'border-l-good bg-good-soft' : 'border-l-transparent'}`}
    >
      <span
        className={`figures text-right text-base ${isLive ? 'font-semibold' : state === 'removed' ? 'text-ink-soft' : 'font-medium'}`}
      >
        {number}
      </span>
      <div className="min-w-0">
        <p className={`truncate font-medium ${state === 'removed' ? 'text-ink-soft' : ''}`} title={release.subject}>
          {release.subject}
        </p>
        <p className="text-xs leading-6 text-ink-soft">
          <span className="mr-1 inline-flex items-center align-top">
            <code className="font-mono" title={release.name}>
              {shortSha(release.revision)}
            </code>
            <CopyButton small text={release.revision} label={`Copy the commit of release ${number}`} />
          </span>
          <span>
            {release.ref !== release.revision && `${release.ref} · `}
            {release.author} · {isLive && release.liveAt ? 'live since' : 'made'}{' '}
            <RelativeTime at={isLive && release.liveAt ? release.liveAt : release.createdAt} />
            {release.variablesNumber !== null && ` · variables ${release.variablesNumber}`}
            {!isLive && release.liveOn.length > 0 && ` · live on ${release.liveOn.join(', ')}`}
          </span>
        </p>
      </div>
      <div className="flex items-center gap-1">
        {isLive ? (
          <StatusBadge status="active" />
        ) : state === 'incomplete' ? (
          <StatusBadge status="incomplete" />
        ) : state === 'complete' && canActivate ? (
          <ActivateButton release={release} liveSet={liveSet} />
        ) : null}
        {children}
      </div>
    </li>
  )
}
