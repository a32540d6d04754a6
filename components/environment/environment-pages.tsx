import { ChevronLeft, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { buttonStyle } from '../style.ts'

/** The way to the other pages of the overview; nothing where there is only one. */
export function EnvironmentPages({ page, pages, search }: { page: number; pages: number; search: string }) {
  if (pages === 1) return null
  const address = (wanted: number) =>
    `/?${new URLSearchParams({ ...(search === '' ? {} : { q: search }), ...(wanted === 1 ? {} : { page: String(wanted) }) })}`
  return (
    <nav aria-label="Pages" className="mt-5 flex items-center justify-between gap-3">
      {page > 1 ? (
        <Link href={address(page - 1)} className={buttonStyle.plain}>
          <ChevronLeft aria-hidden size={14} /> Previous
        </Link>
      ) : (
        <span />
      )}
      <span className="figures text-ink-soft">
        Page {page.toLocaleString('en')} of {pages.toLocaleString('en')}
      </span>
      {page < pages ? (
        <Link href={address(page + 1)} className={buttonStyle.plain}>
          Next <ChevronRight aria-hidden size={14} />
        </Link>
      ) : (
        <span />
      )}
    </nav>
  )
}
