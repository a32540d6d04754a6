import Link from 'next/link'
import { Empty } from '@/components/empty.tsx'
import { buttonStyle } from '@/components/style.ts'

export default function NotFound() {
  return (
    <main className="mx-auto max-w-2xl px-4 py-16">
      <Empty title="There is no such page" action={<Link href="/" className={buttonStyle.primary}>To the overview</Link>}>
        What this address named doesn’t exist, was removed, or isn’t yours to see.
      </Empty>
    </main>
  )
}
