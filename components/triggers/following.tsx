// What of the repository is deployed by itself, how far that has come, and the rules of it.
import Link from 'next/link'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { FollowingView } from '@/lib/api/shapes-following.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { RulesForm } from './rules-form.tsx'

type FollowingProps = {
  environment: EnvironmentView
  following: FollowingView
  /** Whether any Git host tells of pushes; null = whoever looks doesn't get to know. */
  isTold: boolean | null
}

export function Following({ environment, following, isTold }: FollowingProps) {
  return (
    <section className={`${cardStyle} grid gap-4 p-5`} aria-labelledby="pushes">
      <div className="grid gap-1">
        <h2 id="pushes" className="font-semibold">
          Pushes
        </h2>
        <Standing environment={environment} following={following} />
        {following.triggers.isOn && following.triggers.pollMinutes === null && isTold === false && (
          <p className="flex flex-wrap items-center gap-2">
            <StatusBadge status="warning" word="Nobody tells of pushes" />
            <Link href={`/projects/${environment.projectId}?tab=webhooks`} className={linkStyle}>
              Make a webhook of {environment.project}
            </Link>
          </p>
        )}
      </div>
      <RulesForm environment={environment} triggers={following.triggers} />
    </section>
  )
}

function Standing({
  environment,
  following: { triggers, last, waiting },
}: Pick<FollowingProps, 'environment' | 'following'>) {
  if (!triggers.isOn)
    return <p className="text-ink-soft">No push is deployed by itself here. Say below which should be.</p>
  return (
    <>
      <p className="break-words">{followedWords(environment.branch, triggers)}</p>
      <p className="break-words text-ink-soft">
        {last ? (
          <>
            Deployed by itself last: {last.ref} at{' '}
            <code className="font-mono text-xs" title={last.commit}>
              {shortSha(last.commit)}
            </code>
            , <RelativeTime at={last.at} />.
          </>
        ) : (
          'Nothing was deployed by itself yet.'
        )}
        {waiting && (
          <>
            {' '}
            {waiting.name} at{' '}
            <code className="font-mono text-xs" title={waiting.commit}>
              {shortSha(waiting.commit)}
            </code>{' '}
            waits, since <RelativeTime at={waiting.since} />. {waiting.words}
          </>
        )}
      </p>
    </>
  )
}

/** `Pushes of main are deployed.`, `Pushes of release/* and of the tags v* are deployed, …` */
function followedWords(own: string, { branches, tags, checks, pollMinutes }: FollowingView['triggers']): string {
  const followed = branches.length > 0 ? branches : tags.length === 0 ? [own] : []
  const parts = [...(followed.length > 0 ? [followed.join(', ')] : []), ...tags.map((tag) => `tag ${tag}`)]
  const once = checks.length > 0 ? ` once ${checks.join(', ')} passed` : ''
  const poll = pollMinutes === null ? '' : ` The repository is looked at ${every(pollMinutes)}.`
  return `Pushes are deployed by themselves${once}: ${parts.join(', ')}.${poll}`
}

function every(minutes: number): string {
  return minutes === 1 ? 'every minute' : `every ${minutes} minutes`
}
