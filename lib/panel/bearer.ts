// Who calls the API: the bearer token of a request, with a limit on wrong ones.
import type { Actor } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import { networkOf } from '@/lib/format/network.ts'
import { countAttempt } from '@/lib/store/throttle.ts'
import type { Context } from './context.ts'
import { actorOfToken } from './people.ts'

const wrongTokens = 30
const windowSeconds = 15 * 60

/**
 * Who the `authorization` header stands for. Wrong tokens are counted by address, and right ones always pass: a secret of 256
 * bits needs no protection from guessing, but one broken script must not lock out all others behind the same address.
 * PanelError: unauthenticated; too_many with `retryAfterSeconds`.
 */
export async function actorOfBearer(
  ctx: Context,
  { authorization, address }: { authorization: string | null; address: string },
): Promise<Actor> {
  const bearer = /^bearer +(\S{1,200})$/i.exec(authorization ?? '')?.[1]
  if (bearer === undefined) throw new PanelError('unauthenticated', 'Send a token: “Authorization: Bearer fl_…”.')
  try {
    return await actorOfToken(ctx, bearer)
  } catch (error) {
    if (!(error instanceof PanelError) || error.code !== 'unauthenticated') throw error
    const { allowed, retryAfterSeconds } = await countAttempt(
      ctx.db,
      `token:${networkOf(address).slice(0, 100)}`,
      wrongTokens,
      windowSeconds,
    )
    if (allowed) throw error
    throw new PanelError('too_many', 'Too many requests with tokens that are not valid.', { retryAfterSeconds })
  }
}
