import type { Refusal } from '../form/outcome.ts'

/** The JSON of a route of the panel's own pages. Throws an Error in the panel's words when it refuses. */
export async function ask<T>(address: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(address, { signal })
  const body = (await response.json().catch(() => null)) as T | { error: Refusal } | null
  if (response.ok && body !== null) return body as T
  const refusal = (body as { error?: Refusal } | null)?.error
  if (!refusal) throw new Error(`The panel answered ${response.status}.`)
  const { hint } = refusal.details
  throw new Error(typeof hint === 'string' ? `${refusal.message} ${hint}` : refusal.message)
}
