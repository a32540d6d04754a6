// Views of what hooks were, and of what is said about a script.
import { z } from 'zod'
import { hookView } from './shapes.ts'

/** `text` null = the hook was removed. */
export const hookRevisionView = hookView
  .omit({ environmentId: true, event: true, sha256: true })
  .extend({ text: z.string().nullable() })
  .meta({ id: 'HookRevision' })
export type HookRevisionView = z.infer<typeof hookRevisionView>

const scriptRemark = z.object({
  /** 1-based; null when it isn't about a line. */
  line: z.int().nullable(),
  level: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  /** `SC2086` of ShellCheck; absent when bash or Fairlead says it. */
  code: z.string().optional(),
})
export type ScriptRemark = z.infer<typeof scriptRemark>

export const scriptCheck = z
  .object({
    remarks: z.array(scriptRemark).describe('By line; empty when nothing is wrong.'),
    server: z.string(),
    bash: z.string().nullable().describe('Version of the bash that read it; null = there is none on the server.'),
    shellcheck: z.boolean().describe('Whether ShellCheck is on the server and looked at it, too.'),
  })
  .meta({ id: 'ScriptCheck' })
export type ScriptCheck = z.infer<typeof scriptCheck>
