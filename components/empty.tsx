import type { ReactNode } from 'react'
import { cardStyle } from './style.ts'

/** What stands on a page that has nothing yet: one sentence of what belongs here and the one button that makes it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section className={`${cardStyle} flex flex-col items-center gap-3 px-6 py-12 text-center`}>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="max-w-prose text-ink-soft">{children}</p>
      {action}
    </section>
  )
}
