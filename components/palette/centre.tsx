'use client'
// What every page can open: the palette and the list of shortcuts. Their code comes when they are first wanted.
import { Search } from 'lucide-react'
import dynamic from 'next/dynamic'
import type { Reach } from '../places.ts'
import { useKeys } from '../shortcuts/use-keys.ts'
import { iconButtonStyle } from '../style.ts'
import { show, useShown } from './shown.ts'

const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette))
const ShortcutList = dynamic(() => import('../shortcuts/shortcut-list.tsx').then((module) => module.ShortcutList))

export function CommandCentre({ reach }: { reach: Reach }) {
  useKeys(reach)
  const shown = useShown()
  return (
    <>
      {shown?.what === 'palette' && <Palette key={shown.text} text={shown.text} reach={reach} />}
      {shown?.what === 'shortcuts' && <ShortcutList reach={reach} />}
    </>
  )
}

/** The palette for those without the keys at hand. */
export function SearchButton() {
  return (
    <button
      type="button"
      onClick={() => show({ what: 'palette', text: '' })}
      aria-label="Find, go or do"
      title="Find, go or do (Ctrl K)"
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K"
      className={iconButtonStyle}
    >
      <Search aria-hidden size={16} />
    </button>
  )
}
