// Gives each page its content security policy: only scripts that carry this request's nonce run, and nothing is loaded
// from elsewhere. Pages of other sites change nothing here. Who may see a page is not decided here but in lib/web/page.ts.
import { NextResponse, type NextRequest } from 'next/server'
import { isForeign } from '@/lib/web/origin.ts'

/** `script`: extra sources for scripts, which only the development server needs (it evaluates source maps). */
function policy(nonce: string, script: string): string {
  return [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${script}`,
    // The virtual log list and Radix place elements by style attributes, which a nonce can't cover.
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `worker-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

export function proxy(request: NextRequest) {
  // Next compares the two for server actions as well, but lets a request pass that names no origin at all.
  if (!['GET', 'HEAD'].includes(request.method) && isForeign(request.headers, process.env.FAIRLEAD_PUBLIC_URL ?? null))
    return new NextResponse('This was asked by a page of another site.', { status: 403 })
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const value = policy(nonce, process.env.NODE_ENV === 'development' ? ` 'unsafe-eval'` : '')
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  // Next reads the nonce for its own scripts from this header of the request.
  headers.set('content-security-policy', value)
  // Where to go on after signing in; a page itself isn't told its address.
  headers.set('x-fairlead-path', request.nextUrl.pathname + request.nextUrl.search)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', value)
  return response
}

// Everything but what is no page; and just that, or an address that only begins like it would get no policy and no look at where
// it comes from.
export const config = {
  matcher: [{ source: '/((?!api/|events$|_next/static/|_next/image$|favicon\\.ico$|icon\\.svg$).*)' }],
}
