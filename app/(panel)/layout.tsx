import type { ReactNode } from 'react'
import { Navigation } from '@/components/navigation.tsx'
import { may, mayAnywhere } from '@/lib/access.ts'
import { pageActor } from '@/lib/web/page.ts'

export default async function PanelLayout({ children }: { children: ReactNode }) {
  // Each page asks again by load(): a layout is not run anew on every navigation and so protects nothing by itself.
  const actor = await pageActor()
  const reach = {
    servers: may(actor, 'configure', null),
    people: mayAnywhere(actor, 'people'),
    configure: mayAnywhere(actor, 'configure'),
    deploy: mayAnywhere(actor, 'deploy'),
  }
  return (
    <>
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-panel focus:p-2">
        Skip to the content
      </a>
      <Navigation reach={reach} />
      <main id="main" className="mx-auto w-full max-w-6xl px-3 py-6 sm:px-4">
        {children}
      </main>
    </>
  )
}
