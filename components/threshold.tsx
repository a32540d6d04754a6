import type { ReactNode } from 'react'
import { Logo } from './logo.tsx'
import { cardStyle } from './style.ts'

/** The frame of the pages that stand before the panel: signing in and making the owner. */
export function Threshold({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-4 py-10">
      <div className="flex items-center gap-2 text-lg font-semibold tracking-tight">
        <Logo size={28} /> Fairlead
      </div>
      <section className={`${cardStyle} grid gap-5 p-6`}>
        <h1 className="text-lg font-semibold">{title}</h1>
        {children}
      </section>
    </main>
  )
}
