// The keys of the panel. A page offers an action by `aria-keyshortcuts` on the control that does it; here stands what each
// means everywhere. Pure, but for what an event's target is.

/** What single keys do; controls of the page carry them. */
export const actions: Record<string, string> = {
  '/': 'Search on this page',
  d: 'Deploy (on other pages: find what to deploy)',
  r: 'Roll back: says which release, Enter does it',
}

/** Whether keys are letters of a text there, or belong to a widget of its own. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, [role=menu], [role=textbox]') !== null
}
