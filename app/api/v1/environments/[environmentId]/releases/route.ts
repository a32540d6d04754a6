import { byEnvironment } from '@/lib/api/inputs.ts'
import { listReleases } from '@/lib/panel/releases.ts'
import { route } from '@/lib/web/route.ts'

export const GET = route(byEnvironment, listReleases)
