'use server'
import { ownerInput } from '@/lib/api/inputs.ts'
import { createOwner } from '@/lib/panel/setup.ts'
import { openAction } from '@/lib/web/action.ts'

export const createFirstOwner = openAction(ownerInput, async (ctx, input) => {
  await createOwner(ctx, input)
  return null
})
