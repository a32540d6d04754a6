import { environmentOperations } from '@/lib/api/register/environments.ts'
import { getEnvironment, removeEnvironment, updateEnvironment } from '@/lib/panel/environments.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(environmentOperations.getEnvironment, (ctx, actor, { environmentId }) =>
  getEnvironment(ctx, actor, { id: environmentId }),
)
export const PATCH = operation(environmentOperations.updateEnvironment, (ctx, actor, { environmentId, ...change }) =>
  updateEnvironment(ctx, actor, { id: environmentId, ...change }),
)
export const DELETE = operation(environmentOperations.removeEnvironment, (ctx, actor, { environmentId }) =>
  removeEnvironment(ctx, actor, { id: environmentId }),
)
