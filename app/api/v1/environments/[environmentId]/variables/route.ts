import { byEnvironment, variablesInput } from '@/lib/api/inputs.ts'
import { readVariables, saveVariables } from '@/lib/panel/variables.ts'
import { route } from '@/lib/web/route.ts'

/** The newest set with its values; null when none was saved yet. Needs a developer's token. */
export const GET = route(byEnvironment, readVariables)

/** `{text, basedOn?}`: a new set; `conflict` when `basedOn` isn't the number of the newest one. */
export const PUT = route(variablesInput, saveVariables)
