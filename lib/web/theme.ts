// The chosen look, in a cookie so that the server writes the right one into the first byte of each page.
import { cookies } from 'next/headers'

/** `light`, `dark`, or anything else for what the system says. Open to everyone: it belongs to the browser, not the person. */
export async function setTheme(theme: string): Promise<void> {
  const jar = await cookies()
  if (theme === 'light' || theme === 'dark')
    jar.set('theme', theme, { maxAge: 365 * 24 * 3600, sameSite: 'lax', httpOnly: true })
  else jar.delete('theme')
}
