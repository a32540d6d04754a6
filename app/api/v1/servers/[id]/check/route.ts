import { checkInput } from '@/lib/api/inputs.ts'
import { checkServer } from '@/lib/panel/servers.ts'
import { route } from '@/lib/web/route.ts'

/** `{root?}` → a verdict and a remedy for each line. */
export const POST = route(checkInput, checkServer)
