// The stream of one deployment for scripts and terminals: lib/web/stream.ts for whoever holds a token.
import type { Actor } from '@/lib/api/shapes.ts'
import type { Context } from '@/lib/panel/context.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { bearerNow } from './bearer-now.ts'
import { parsePosition, streamTo } from './stream.ts'

/** Ends with the deployment, or when the token is no longer valid. PanelError: not_found, forbidden. */
export async function deploymentStream(
  ctx: Context,
  actor: Actor,
  input: { environmentId: string; number: number },
  { headers, signal, url }: Request,
): Promise<Response> {
  const { id } = await getDeployment(ctx, actor, input)
  const listener = {
    actor,
    actorNow: bearerNow(ctx, headers),
    deployment: id,
    environment: undefined,
    position: parsePosition(headers.get('last-event-id') ?? new URL(url).searchParams.get('after')),
    endsWithDeployment: true,
    tellsWork: false,
  }
  return streamTo(listener, signal)
}
