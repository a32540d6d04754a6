// Where a request comes from, as far as rate limits need to know.

/** The last address of x-forwarded-for: what our own proxy (or Next itself) saw; earlier ones are the client's claims. */
export function addressOf(headers: Headers): string {
  return headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() || 'unknown'
}
