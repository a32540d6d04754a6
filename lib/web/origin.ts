// Whether a request comes from the panel's own pages. Cookies are SameSite, and answers can't be read across origins; this is
// the second lock on what a cookie opens.
import { PanelError } from '@/lib/errors.ts'

/**
 * Whether `Origin` names another place than the request was sent to. `publicUrl` is what people type where a proxy changes
 * the host. A request without the header is none of a page's: browsers send it with everything but plain navigation.
 */
export function isForeign(headers: Headers, publicUrl: string | null): boolean {
  const origin = headers.get('origin')
  if (origin === null) return headers.get('sec-fetch-site') === 'cross-site'
  const hosts = [headers.get('x-forwarded-host'), headers.get('host'), hostOf(publicUrl ?? '')]
  const host = hostOf(origin)
  return host === null || !hosts.includes(host)
}

/** PanelError forbidden. */
export function refuseForeign(headers: Headers, publicUrl = process.env.FAIRLEAD_PUBLIC_URL ?? null): void {
  if (isForeign(headers, publicUrl)) throw new PanelError('forbidden', 'This was asked by a page of another site.')
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host || null : null
}
