import { byEnvironment, environmentChange } from '@/lib/api/inputs.ts'
import { getEnvironment, removeEnvironment, updateEnvironment } from '@/lib/panel/environments.ts'
import { route } from '@/lib/web/route.ts'

const environmentUpdate = environmentChange.omit({ id: true }).extend(byEnvironment.shape)

export const GET = route(byEnvironment, (ctx, actor, { environmentId }) =>
  getEnvironment(ctx, actor, { id: environmentId }),
)

/** Only what is given changes. */
export const PATCH = route(environmentUpdate, (ctx, actor, { environmentId, ...change }) =>
  updateEnvironment(ctx, actor, { id: environmentId, ...change }),
)

/** The panel forgets it; nothing on the server is touched. */
export const DELETE = route(byEnvironment, (ctx, actor, { environmentId }) =>
  removeEnvironment(ctx, actor, { id: environmentId }),
)
