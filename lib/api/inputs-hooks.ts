// Inputs of what is done with hooks beside saving and removing them.
import { z } from 'zod'
import { hookInput, hookKey } from './inputs.ts'

/** Brings revision `number` back as a new one; `basedOn` as when a hook is saved. */
export const revertInput = hookKey.extend({
  number: z.coerce.number().int().min(1).max(2_147_483_647),
  basedOn: hookInput.shape.basedOn,
})

/** A script that nobody has to have saved; it is looked at, not run. */
export const scriptInput = hookInput.pick({ environmentId: true, text: true })
