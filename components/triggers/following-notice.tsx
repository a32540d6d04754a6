// Said above every part of an environment that deploys nothing by itself at present: for whom or what, and let go there.
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { cardStyle } from '../style.ts'
import { FollowAgain } from './follow-again.tsx'

export function FollowingNotice({ environment: { id, following, can } }: { environment: EnvironmentView }) {
  const { held, waits, isOn } = following
  if (!held && !waits) return null
  return (
    <section className={`${cardStyle} mb-4 flex flex-wrap items-center gap-3 p-4`} aria-label="Not deployed by itself">
      <p className="min-w-0 flex-1 basis-60 break-words">
        {held && (
          <>
            <strong>{held}: nothing is deployed by itself. </strong>
            <span className="text-ink-soft">
              {isOn ? 'Pushes wait, schedules' : 'Schedules'} are passed over, and deployments from CI with{' '}
              <code className="whitespace-nowrap font-mono text-xs">--unless-older</code> are refused.{' '}
            </span>
          </>
        )}
        {waits && (
          <span className={held ? 'text-ink-soft' : undefined}>
            Not deployed yet: {waits.what}. {!held && waits.words}
          </span>
        )}
      </p>
      {held && can.deploy && <FollowAgain environmentId={id} />}
    </section>
  )
}
