import type { ReactNode } from 'react'
import { cardStyle } from './style.ts'

/** What stands on a page that has nothing yet: one sentence of what belongs here and the one button that makes it. */
export function Empty({
  title,
  children,
  action,
  isPage = false,
}: {
  title: string
  children: ReactNode
  action?: ReactNode
  isPage?: boolean
}) {
  // Where it is all there is on a page, its title is the page's.
  const Heading = isPage ? 'h1' : 'h2'
  return (
    <section className={`${cardStyle} flex flex-col items-center gap-3 px-6 py-12 text-center`}>
      <Heading className="text-base font-semibold">{title}</Heading>
      <p className="max-w-prose text-ink-soft">{children}</p>
      {action}
    </section>
  )
}
