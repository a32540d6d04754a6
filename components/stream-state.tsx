import { PlugZap } from 'lucide-react'
import type { StreamState as State } from './stream.ts'

/** Honest about what one looks at: silent while it is live, a word as soon as it isn't. */
export function StreamState({ state }: { state: State }) {
  const isBroken = state === 'reconnecting' || state === 'signed-out'
  return (
    <span role="status" className="empty:absolute">
      {isBroken && (
        <span className="inline-flex items-center gap-1 rounded-full border border-warn/30 bg-warn-soft px-2 py-0.5 text-xs font-medium text-warn">
          <PlugZap aria-hidden size={12} />
          {state === 'reconnecting' ? 'Reconnecting… what you see may be old' : 'Signed out: reload to sign in'}
        </span>
      )}
    </span>
  )
}
