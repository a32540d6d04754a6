// Who a token stands for as time goes by.
import { actorOfBearer } from '@/lib/panel/bearer.ts'
import type { Actor } from '@/lib/api/shapes.ts'
import type { Context } from '@/lib/panel/context.ts'
import { PanelError } from '@/lib/errors.ts'
import { addressOf } from './address.ts'

/** Looks the request's token up anew with each call; null once it is no longer valid. */
export function bearerNow(ctx: Context, headers: Headers): () => Promise<Actor | null> {
  const given = { authorization: headers.get('authorization'), address: addressOf(headers) }
  return async () => {
    try {
      return await actorOfBearer(ctx, given)
    } catch (error) {
      if (error instanceof PanelError && ['unauthenticated', 'too_many'].includes(error.code)) return null
      throw error
    }
  }
}
