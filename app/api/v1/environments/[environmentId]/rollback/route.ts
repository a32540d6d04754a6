import { rollBackInput } from '@/lib/api/inputs.ts'
import { rollBack } from '@/lib/panel/releases.ts'
import { route } from '@/lib/web/route.ts'

/** Queues the switch to the release before the live one. */
export const POST = route(rollBackInput, rollBack, { status: 202 })
