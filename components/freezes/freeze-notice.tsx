// Said above every part of an environment that lies in a freeze: why, and until when.
import Link from 'next/link'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { cardStyle, linkStyle } from '../style.ts'
import { OwnTime } from '../own-time.tsx'

export function FreezeNotice({ environment: { projectId, freeze } }: { environment: EnvironmentView }) {
  if (!freeze) return null
  return (
    <section className={`${cardStyle} mb-4 flex flex-wrap items-center gap-3 p-4`} aria-label="Frozen">
      <p className="min-w-0 flex-1 basis-60 break-words">
        <strong>
          Frozen until <OwnTime at={freeze.until} />: nothing is deployed.
        </strong>{' '}
        “{freeze.reason}”{' '}
        <span className="block text-ink-soft">Pushes wait until then; an admin can still roll back.</span>
      </p>
      <Link href={`/projects/${projectId}?tab=freezes`} className={linkStyle}>
        All freezes
      </Link>
    </section>
  )
}
