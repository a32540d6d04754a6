import Link from 'next/link'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { DeliveryView } from '@/lib/api/shapes-webhooks.ts'
import { Empty } from '../empty.tsx'
import { RefreshWhile } from '../refresh-while.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { DeliveryItem } from './delivery-item.tsx'

type DeliveriesProps = {
  project: ProjectView
  deliveries: { items: DeliveryView[]; next: string | null }
  /** Whether these are the newest. */
  isFirst: boolean
}

/** What Git hosts told, newest first, and what came of it. */
export function Deliveries({ project, deliveries: { items, next }, isFirst }: DeliveriesProps) {
  return (
    <>
      <RefreshWhile isOn={isFirst} />
      {items.length === 0 ? (
        <Empty title="Nothing came in yet">
          What the Git host tells of {project.name} stands here: each push, what Fairlead said to it, and what came of
          it in each environment.
        </Empty>
      ) : (
        <ul aria-label="Deliveries" className={`${cardStyle} divide-y`}>
          {items.map((delivery) => (
            <DeliveryItem key={delivery.id} delivery={delivery} project={project} />
          ))}
        </ul>
      )}
      <nav aria-label="Pages of deliveries" className="mt-4 flex gap-2 empty:hidden">
        {!isFirst && (
          <Link href={`/projects/${project.id}?tab=deliveries`} className={buttonStyle.plain}>
            Newest
          </Link>
        )}
        {next && (
          <Link href={`/projects/${project.id}?tab=deliveries&cursor=${next}`} className={buttonStyle.plain}>
            Older
          </Link>
        )}
      </nav>
    </>
  )
}
