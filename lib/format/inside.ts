// Addresses inside the panel.

const here = 'http://panel.invalid'

/** `text` as a path of this panel, read as browsers read it; whatever leads to another site becomes "/". */
export function insidePath(text: string): string {
  if (!URL.canParse(text, here)) return '/'
  const { origin, pathname, search, hash } = new URL(text, here)
  // A path that begins with two slashes is a host to whoever reads it next.
  return origin === here && !pathname.startsWith('//') ? pathname + search + hash : '/'
}
