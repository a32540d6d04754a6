// Configuration files as they are shown: what is in a secret one is in none of them.
import { z } from 'zod'
import { fileTargets } from '@/lib/deploy/types.ts'
import { time } from './shapes-deployments.ts'

const revision = {
  number: z.int(),
  size: z.int().describe('Bytes.'),
  isText: z.boolean(),
  isSecret: z.boolean(),
  owner: z.string().nullable().describe('null = as the release’s other files.'),
  group: z.string().nullable(),
  mode: z.string().describe('Four octal digits.'),
  createdBy: z.string(),
  createdAt: time,
}

export const configFileView = z
  .object({
    id: z.uuid(),
    target: z.enum(fileTargets).describe('In each release, beside releases in the root, or anywhere on the server.'),
    path: z.string(),
    ...revision,
    isLive: z
      .boolean()
      .describe('The live release was made with this revision; otherwise it counts from the next deployment on.'),
    onlyOn: z
      .array(z.string())
      .nullable()
      .describe('Ids of the targets that it was applied to, when not to all; null = all have it, or none.'),
  })
  .meta({ id: 'ConfigFile' })
export type ConfigFileView = z.infer<typeof configFileView>

export const configFileText = configFileView
  .extend({ text: z.string().nullable().describe('null for secret files, and for what is no text.') })
  .meta({ id: 'ConfigFileText' })
export type ConfigFileText = z.infer<typeof configFileText>

export const configFileRevisionView = z
  .object({
    ...revision,
    isRemoval: z.boolean(),
    releases: z.array(z.int()).describe('Numbers of releases on the server that were made with it.'),
  })
  .meta({ id: 'ConfigFileRevision' })
export type ConfigFileRevisionView = z.infer<typeof configFileRevisionView>
