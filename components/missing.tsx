import Link from 'next/link'
import { Empty } from './empty.tsx'
import { buttonStyle } from './style.ts'

/** What stands in place of a page that doesn't exist. */
export function Missing() {
  return (
    <Empty
      isPage
      title="There is no such page"
      action={
        <Link href="/" className={buttonStyle.primary}>
          To the overview
        </Link>
      }
    >
      What this address named doesn’t exist, was removed, or isn’t yours to see.
    </Empty>
  )
}
