'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { requestDeployment } from '@/app/actions/deployments.ts'
import { redeliver } from '@/app/actions/webhooks.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { DeliveryView } from '@/lib/api/shapes-webhooks.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { ActButton } from '../form/act-button.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { hosts } from './hosts.ts'
import { answerWords, toldWords } from './told-words.ts'
import { VerdictBadge } from './verdict-badge.tsx'

type Outcome = DeliveryView['outcomes'][number]

export function DeliveryItem({ delivery, project }: { delivery: DeliveryView; project: ProjectView }) {
  const router = useRouter()
  const { id, provider, verdict, state, attempts, told, event, outcomes, receivedAt, againBy } = delivery
  const tries = state === 'waiting' && attempts > 1 ? `, tried ${attempts} times` : ''
  const { shown, elsewhere } = sorted(outcomes, project)
  const mayLookAgain = project.can.deploy && verdict === 'accepted' && state === 'handled' && told !== null
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="grid min-w-0 flex-1 basis-64 gap-1.5">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {state === 'waiting' ? <StatusBadge status="waiting" /> : <VerdictBadge verdict={verdict} />}
          <span className="min-w-0 break-words">{told ? toldWords(told) : event || 'A delivery that wasn’t read'}</span>
        </p>
        <p className="break-words text-xs text-ink-soft">
          <RelativeTime at={receivedAt} />
          {provider && ` by the webhook “${hosts[provider].word}”`}
          {told && `, ${event}`}
          {againBy && `, looked at again for ${againBy}`}
          {tries}. {answerWords(delivery)}
        </p>
        <ul className="grid gap-1.5 empty:hidden">
          {shown.map((outcome) => (
            <OutcomeLine
              key={`${outcome.environmentId} ${outcome.ref} ${outcome.outcome}`}
              outcome={outcome}
              project={project}
            />
          ))}
          {elsewhere.length > 0 && (
            <li className="break-words border-l-2 pl-3 text-ink-soft">Not followed in {elsewhere.join(', ')}.</li>
          )}
        </ul>
      </div>
      {mayLookAgain && (
        <ActButton busyText="Looking…" act={() => redeliver({ id })} done={() => router.refresh()}>
          Look again
        </ActButton>
      )}
    </li>
  )
}

/** Where it isn't followed in more than a few environments, those are named in one line. */
function sorted(outcomes: Outcome[], { environments }: ProjectView): { shown: Outcome[]; elsewhere: string[] } {
  const unfollowed = outcomes.filter(({ outcome }) => outcome === 'no_rule')
  if (unfollowed.length < 3) return { shown: outcomes, elsewhere: [] }
  const ids = new Set(unfollowed.map(({ environmentId }) => environmentId))
  return {
    shown: outcomes.filter(({ outcome }) => outcome !== 'no_rule'),
    elsewhere: environments.filter(({ id }) => ids.has(id)).map(({ name }) => name),
  }
}

/** What may be deployed by a person though it isn't by itself. */
const overruled: Outcome['outcome'][] = ['older', 'skipped', 'paths']

/** Of none of the environments: why nobody could look. */
function OutcomeLine({ outcome, project }: { outcome: Outcome; project: ProjectView }) {
  const router = useRouter()
  const { environmentId, commit, words, deploymentId } = outcome
  const place = project.environments.find(({ id }) => id === environmentId)
  if (environmentId === '')
    return (
      <li className="border-l-2 border-bad/50 pl-3">
        <span className="break-words">{words}</span>
      </li>
    )
  if (!place) return null
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-l-2 pl-3">
      <span className="min-w-0 break-words">
        <Link href={`/environments/${environmentId}`} className="font-medium hover:underline">
          {place.name}
        </Link>{' '}
        {deploymentId ? (
          <Link href={`/deployments/${deploymentId}`} className={linkStyle}>
            {words}
          </Link>
        ) : (
          <span className="text-ink-soft">{words}</span>
        )}
      </span>
      {project.can.deploy && commit !== null && overruled.includes(outcome.outcome) && (
        <ActButton
          busyText="Asking…"
          label={`Deploy ${shortSha(commit)} to ${place.name} anyway`}
          act={() => requestDeployment({ environmentId, ref: commit })}
          done={(deployment) => router.push(`/deployments/${deployment.id}`)}
        >
          Deploy anyway
        </ActButton>
      )}
    </li>
  )
}
