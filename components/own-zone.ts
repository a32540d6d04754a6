import { useSyncExternalStore } from 'react'

const never = () => () => undefined
const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** The time zone of whoever looks; UTC until the browser has said it. */
export function useOwnZone(): string {
  return useSyncExternalStore(never, ownZone, () => 'UTC')
}
