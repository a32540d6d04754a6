// The stream of the panel's own pages: lib/web/stream.ts for whoever is signed in.
import { z } from 'zod'
import { PanelError } from '@/lib/errors.ts'
import { readSession } from '@/lib/panel/people.ts'
import { context } from './context.ts'
import { refuseForeign } from './origin.ts'
import { parsePosition, streamTo } from './stream.ts'
import { actorOfRequest, sessionId } from './who.ts'

const query = z.object({ deployment: z.uuid().optional(), environment: z.uuid().optional() })

/**
 * The stream for `?deployment=…&environment=…&after=e0.c0`; it outlives the deployment and ends with the session.
 * PanelError: unauthenticated, not_found, invalid.
 */
export async function eventStream(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const filter = query.safeParse(Object.fromEntries(url.searchParams))
  if (!filter.success) throw new PanelError('invalid', 'Name a deployment or an environment by its id.')
  refuseForeign(request.headers)
  const [actor, session] = [await actorOfRequest(), await sessionId()]
  const listener = {
    actor,
    actorNow: () => readSession(context(), session ?? ''),
    deployment: filter.data.deployment,
    environment: filter.data.environment,
    position: parsePosition(request.headers.get('last-event-id') ?? url.searchParams.get('after')),
    endsWithDeployment: false,
    tellsWork: true,
  }
  return streamTo(listener, request.signal)
}
