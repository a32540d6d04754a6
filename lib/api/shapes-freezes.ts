// Freezes, as they are shown.
import { z } from 'zod'
import { freezeWindow } from '../spec/freeze.ts'

export const freezeView = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  environmentId: z.uuid().nullable().describe('Null = all environments of the project.'),
  environment: z.string().nullable(),
  reason: z.string(),
  window: freezeWindow,
  until: z.iso.datetime().nullable().describe('When it ends, while it lasts; null = it doesn’t at present.'),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
})
export type FreezeView = z.infer<typeof freezeView>
