'use client'
import { Broken, type BrokenProps } from '@/components/broken.tsx'

/** One page failed: the bar stays, and with it the way to all others. */
export default function ErrorPage(props: BrokenProps) {
  return (
    <div className="mx-auto max-w-2xl py-10">
      <Broken {...props} />
    </div>
  )
}
