// Whether an error says that the database can't be reached or is going down: it may pass, and says nothing about the data.
const passing = /^(08|53|57P0|40)/
const line = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

type Known = {
  code?: unknown
  originalCode?: unknown
  message?: unknown
  cause?: unknown
  meta?: { driverAdapterError?: unknown }
}

/**
 * SQLSTATE classes 08, 53, 57P0x and 40, errors of the socket, and a pool's words for a connection that ended. Prisma keeps
 * the server's code inside: P2039 → meta.driverAdapterError → cause.originalCode.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, originalCode, message, cause, meta } = error as Known
  for (const one of [code, originalCode])
    if (typeof one === 'string' && (line.has(one) || passing.test(one) || /^P1\d{3}$/.test(one))) return true
  if (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|connection is closed|not queryable/i.test(
      String(message),
    )
  )
    return true
  return isDatabaseAway(cause) || isDatabaseAway(meta?.driverAdapterError)
}
