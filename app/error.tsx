'use client'
import { Broken, type BrokenProps } from '@/components/broken.tsx'

/** Where not even the bar of the panel could be drawn. */
export default function ErrorPage(props: BrokenProps) {
  return (
    <main className="mx-auto max-w-2xl px-4 py-16">
      <Broken {...props} />
    </main>
  )
}
