import { nothing } from '@/lib/api/inputs.ts'
import { route } from '@/lib/web/route.ts'

/** Who the token stands for: what a script asks first. */
export const GET = route(nothing, (_ctx, actor) => Promise.resolve({ actor }))
