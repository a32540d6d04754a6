import type { FreezeWindow } from '@/lib/spec/freeze.ts'
import { OwnTime } from '../own-time.tsx'

export const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** When a freeze lasts, in words. */
export function Window({ window }: { window: FreezeWindow }) {
  if (window.kind === 'weekly')
    return (
      <>
        every {days[window.day]} from {window.at} for {window.hours} {window.hours === 1 ? 'hour' : 'hours'} (
        {window.timeZone})
      </>
    )
  return (
    <>
      from <OwnTime at={window.from} /> until <OwnTime at={window.until} />
    </>
  )
}
