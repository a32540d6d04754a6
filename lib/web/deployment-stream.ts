// The stream of one deployment for scripts and terminals: lib/web/stream.ts for whoever holds a token.
import { actorOfBearer } from '@/lib/panel/bearer.ts'
import type { Actor } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Context } from '@/lib/panel/context.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { addressOf } from './address.ts'
import { parsePosition, streamTo } from './stream.ts'

/** Ends with the deployment, or when the token is no longer valid. PanelError: not_found, forbidden. */
export async function deploymentStream(
  ctx: Context,
  actor: Actor,
  input: { environmentId: string; number: number },
  { headers, signal, url }: Request,
): Promise<Response> {
  const { id } = await getDeployment(ctx, actor, input)
  const authorization = headers.get('authorization')
  const listener = {
    actor,
    actorNow: async () => {
      try {
        return await actorOfBearer(ctx, { authorization, address: addressOf(headers) })
      } catch (error) {
        if (error instanceof PanelError && ['unauthenticated', 'too_many'].includes(error.code)) return null
        throw error
      }
    },
    deployment: id,
    environment: undefined,
    position: parsePosition(headers.get('last-event-id') ?? new URL(url).searchParams.get('after')),
    endsWithDeployment: true,
    tellsWork: false,
  }
  return streamTo(listener, signal)
}
