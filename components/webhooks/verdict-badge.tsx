import type { DeliveryView } from '@/lib/api/shapes-webhooks.ts'
import { StatusBadge } from '../status-badge.tsx'

const looks: Record<DeliveryView['verdict'], { status: string; word: string }> = {
  accepted: { status: 'ok', word: 'Accepted' },
  ignored: { status: 'skipped', word: 'Ignored' },
  refused: { status: 'error', word: 'Refused' },
}

/** What Fairlead said of a delivery. */
export function VerdictBadge({ verdict }: { verdict: DeliveryView['verdict'] }) {
  return <StatusBadge {...looks[verdict]} />
}
