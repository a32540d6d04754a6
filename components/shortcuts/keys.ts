// The keys of the panel. A page offers an action by `aria-keyshortcuts` on the control that does it; here stands what each
// means everywhere. Pure, but for what an event's target is.
import type { Reach } from '../places.ts'

const searching = { '/': 'Search on this page' }
const deploying = {
  d: 'Deploy (on other pages: find what to deploy)',
  r: 'Roll back: says which release, Enter does it',
}

/** What single keys do for whoever may deploy somewhere, or nowhere; controls of the page carry them. */
export function actionsFor({ deploy }: Reach): Record<string, string> {
  return deploy ? { ...searching, ...deploying } : searching
}

/** Whether keys are letters of a text there, or belong to a widget of its own. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, [role=menu], [role=textbox]') !== null
}
