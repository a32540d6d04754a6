import { byEnvironment } from '@/lib/api/inputs.ts'
import { listHooks } from '@/lib/panel/hooks.ts'
import { route } from '@/lib/web/route.ts'

/** The panel's own hooks; those of the repository stand in its commits. */
export const GET = route(byEnvironment, listHooks)
