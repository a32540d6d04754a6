import { byId } from '@/lib/api/inputs.ts'
import { readBranches } from '@/lib/panel/projects.ts'
import { route } from '@/lib/web/route.ts'

/** Branches and tags, as the Git host has them now. */
export const GET = route(byId, readBranches)
