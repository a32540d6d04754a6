import { activationInput } from '@/lib/api/inputs.ts'
import { activateRelease } from '@/lib/panel/releases.ts'
import { route } from '@/lib/web/route.ts'

export const POST = route(activationInput, activateRelease, { status: 202 })
