// Said above every part of an environment that is held: why, by whom, until when; and lifted there.
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { LiftHold } from './lift-hold.tsx'

export function HoldNotice({ environment }: { environment: EnvironmentView }) {
  const { hold, can } = environment
  if (!hold) return null
  return (
    <section className={`${cardStyle} mb-4 flex flex-wrap items-center gap-3 p-4`} aria-label="Held">
      <p className="min-w-0 flex-1 basis-60">
        <strong>{hold.by} holds this environment: nothing is deployed.</strong>{' '}
        {hold.until && (
          <>
            It ends <RelativeTime at={hold.until} />.{' '}
          </>
        )}
        <span className="text-ink-soft">{hold.reason}</span>
      </p>
      {can.configure && <LiftHold environmentId={environment.id} />}
    </section>
  )
}
