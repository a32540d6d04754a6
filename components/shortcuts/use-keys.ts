'use client'
import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useRef } from 'react'
import { show } from '../palette/shown.ts'
import { placesFor, type Reach } from '../places.ts'
import { actionsFor, isTyping } from './keys.ts'
import { singleKeysAreOn } from './preference.ts'

/** How long `g` waits for the key that says where. */
const secondKeyMs = 1_500

/** Listens to the keys of the panel, on every page. None does anything while one types, or while a dialog is open. */
export function useKeys(reach: Reach): void {
  const router = useRouter()
  const leader = useRef(0)

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return
    if ((event.metaKey || event.ctrlKey) && !event.shiftKey && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      return show({ what: 'palette', text: '' })
    }
    if (event.metaKey || event.ctrlKey || !singleKeysAreOn()) return
    if (isTyping(event.target) || document.querySelector('[role=dialog], [role=menu]')) return
    if (act(event.key, event.timeStamp)) event.preventDefault()
  })

  /** Whether the key meant something. */
  function act(key: string, at: number): boolean {
    const isSecond = at - leader.current < secondKeyMs
    const place = isSecond ? placesFor(reach).find((one) => one.key === key) : undefined
    leader.current = key === 'g' && !place ? at : -secondKeyMs
    if (place) router.push(place.href)
    else if (key === '?') show({ what: 'shortcuts' })
    else if (!Object.hasOwn(actionsFor(reach), key)) return false
    else if (key === 'd' || key === '/') return press(key)
    else if (key === 'r') show({ what: 'palette', text: 'roll back ' })
    else return false
    return true
  }

  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}

/** Does what the page's control for the key does; a page without one asks in the palette. */
function press(key: string): boolean {
  const control = document.querySelector<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(key)}"]`)
  if (control instanceof HTMLInputElement) {
    control.focus()
    control.select()
  } else if (control) control.click()
  else if (key === 'd') show({ what: 'palette', text: 'deploy ' })
  else return false
  return true
}
