'use client'
// Short messages about what was just done. Errors of forms stand beside their field instead.
import { Toaster } from 'sonner'

export function Notices() {
  return (
    <Toaster
      position="bottom-right"
      toastOptions={{
        unstyled: true,
        // Its own sheet names a font of its own.
        style: { fontFamily: 'inherit' },
        classNames: {
          toast: 'flex w-full items-start gap-2 rounded-one border bg-panel p-3 text-sm text-ink shadow-one',
          description: 'text-ink-soft',
          error: 'border-bad text-bad',
        },
      }}
    />
  )
}
