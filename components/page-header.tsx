import { ChevronLeft } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'

/** The head of a page: where one is (`trail`), its name, what one can do here. */
export function PageHeader({
  title,
  trail = [],
  children,
  below,
}: {
  title: ReactNode
  trail?: { href: string; name: string }[]
  children?: ReactNode
  below?: ReactNode
}) {
  return (
    <header className="mb-5">
      {trail.length > 0 && (
        <nav aria-label="Breadcrumb" className="mb-1 text-ink-soft">
          <ol className="flex flex-wrap gap-1.5">
            {trail.map((step, index) => (
              <li key={step.href} className="flex min-w-0 items-center gap-1.5">
                {index === 0 ? (
                  <ChevronLeft aria-hidden size={14} className="-mx-1 shrink-0" />
                ) : (
                  <span aria-hidden>/</span>
                )}
                <Link href={step.href} className="hover:text-ink hover:underline">
                  {step.name}
                </Link>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <h1 className="min-w-0 text-xl font-semibold tracking-tight">{title}</h1>
        {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
      </div>
      {below}
    </header>
  )
}
