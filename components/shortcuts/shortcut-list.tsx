'use client'
import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { giveFocusBack, show } from '../palette/shown.ts'
import { cardStyle, iconButtonStyle } from '../style.ts'
import { placesFor, type Reach } from '../places.ts'
import { actionsFor } from './keys.ts'
import { setSingleKeys, useSingleKeys } from './preference.ts'

const rowsFor = (reach: Reach): { keys: string[]; word: string }[] => [
  { keys: ['Ctrl', 'K'], word: 'Find anything, or do it (⌘ K on a Mac)' },
  { keys: ['?'], word: 'This list' },
  ...placesFor(reach).map(({ key, word }) => ({ keys: ['g', key], word: `Go to ${word.toLowerCase()}` })),
  ...Object.entries(actionsFor(reach)).map(([key, word]) => ({ keys: [key], word })),
  { keys: ['Esc'], word: 'Close what is open' },
]

/** All keys of the panel, and the switch for the single ones. */
export function ShortcutList({ reach }: { reach: Reach }) {
  const areOn = useSingleKeys()
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || show(null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveFocusBack}
          className={`${cardStyle} fixed left-1/2 top-[8dvh] z-50 grid max-h-[84dvh] w-[calc(100vw-1.5rem)] max-w-md -translate-x-1/2 gap-4 overflow-y-auto p-5`}
        >
          <div className="flex items-center justify-between">
            <Dialog.Title className="text-base font-semibold">Keyboard shortcuts</Dialog.Title>
            <Dialog.Close className={iconButtonStyle} aria-label="Close">
              <X aria-hidden size={16} />
            </Dialog.Close>
          </div>
          <dl className="grid gap-1">
            {rowsFor(reach).map(({ keys, word }) => (
              <div key={word} className="flex flex-row-reverse items-baseline justify-between gap-4 border-b py-1.5">
                <dt className="flex shrink-0 gap-1">
                  {keys.map((key) => (
                    <kbd key={key} className="rounded border bg-sunken px-1.5 font-mono text-xs leading-5">
                      {key}
                    </kbd>
                  ))}
                </dt>
                <dd className="min-w-0">{word}</dd>
              </div>
            ))}
          </dl>
          <label className="flex items-start gap-2">
            <input
              type="checkbox"
              checked={areOn}
              onChange={(event) => setSingleKeys(event.target.checked)}
              className="mt-1 accent-(--accent)"
            />
            <span>
              Keys without Ctrl do something
              <span className="block text-ink-soft">Never while you type. Kept in this browser.</span>
            </span>
          </label>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
