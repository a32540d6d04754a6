import { z } from 'zod'
import { hookInput, hookKey } from '@/lib/api/inputs.ts'
import { removeHook, saveHook } from '@/lib/panel/hooks.ts'
import { route } from '@/lib/web/route.ts'

// Some events are two words of the path: rollback/before.
const path = z.array(z.string()).transform((parts) => parts.join('/'))

/** `{text, user?, timeoutMs?}`: a new revision of the script that runs at this event. */
export const PUT = route(hookInput.extend({ event: path.pipe(hookInput.shape.event) }), saveHook)
export const DELETE = route(hookKey.extend({ event: path.pipe(hookKey.shape.event) }), removeHook)
