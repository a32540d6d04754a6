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

/** SQLSTATE classes 08, 53, 57P0x and 40, errors of the socket, and a pool's words for a connection that ended. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && (line.has(code) || passing.test(code) || /^P1\d{3}$/.test(code))) return true
  if (/Connection terminated|timeout exceeded when trying to connect|connection is closed/i.test(error.message))
    return true
  return error.cause !== undefined && isDatabaseAway(error.cause)
}
