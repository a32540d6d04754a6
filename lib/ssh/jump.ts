// Getting on from a jump host, and saying that it was the jump host when we don't.
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { DialError } from './attempt.ts'
import type { SharedConnection } from './connection.ts'
import { whereOf } from './wire.ts'
import type { Route } from './wire.ts'

/** A server's port as the jump host reaches it: names are looked up there. */
export function forwardedRoute(
  shared: SharedConnection,
  via: ServerAddress,
  place: { host: string; port: number },
): Route {
  const where = whereOf(place)
  return {
    where,
    open: async () => {
      try {
        return await shared.forward(place.host, place.port)
      } catch (error) {
        throw new DialError('unreachable', refusal(error, whereOf(via), where), false)
      }
    },
  }
}

/** Why a channel wasn't opened (RFC 4254, 5.1). */
const prohibited = 1
const connectFailed = 2

function refusal(error: unknown, jump: string, where: string): string {
  if (error instanceof PanelError) return `The jump host: ${error.message}`
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined
  const said = error instanceof Error ? error.message.replace(/^\(SSH\) Channel open failure: /, '') : 'no answer'
  if (reason === prohibited)
    return `The jump host ${jump} refused to pass on to ${where} (${said}): its sshd must allow AllowTcpForwarding.`
  if (reason === connectFailed) return `The jump host ${jump} can’t reach ${where}: ${said}.`
  return `The jump host ${jump} did not pass on to ${where}: ${said}.`
}

/** The same failure as of the jump host `via`; `details.jump` is its id. The first one on the way keeps its name. */
export function asJumpFailure(error: unknown, via: ServerAddress): unknown {
  if (!(error instanceof PanelError) || 'jump' in error.details) return error
  const told = error.message
  const message = told.startsWith(via.host) ? `The jump host ${told}` : `The jump host ${whereOf(via)}: ${told}`
  return new PanelError(error.code, message, { ...error.details, jump: via.id }, { cause: error })
}
