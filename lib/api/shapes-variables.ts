// Sets of variables as they are shown: a value that was saved as secret is in none of them.
import { z } from 'zod'
import { dialects } from '@/lib/spec/env-dialects.ts'
import { time } from './shapes-deployments.ts'

const nameLists = { added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) }
const warning = z.object({ path: z.string(), message: z.string(), hint: z.string().optional() })

const variable = z.object({
  name: z.string(),
  isSecret: z.boolean(),
  value: z.string().nullable().describe('As hooks get it; null for secrets.'),
})

export const variablesView = z
  .object({
    number: z.int(),
    text: z
      .string()
      .describe('The `.env` file; “••••••••” in place of a secret, which sent back as it is keeps its value.'),
    names: z.array(z.string()),
    variables: z.array(variable),
    dialect: z.enum(dialects).describe('Whose reading the text is held against.'),
    warnings: z.array(warning).describe('What others who read `.env` make of it.'),
    live: z
      .object({
        release: z.string(),
        number: z.int().nullable().describe('The set that the live release has; null = none.'),
        onlyOn: z
          .array(z.string())
          .nullable()
          .describe('Ids of the targets that it was applied to last, when not to all; null = all have it.'),
        ...nameLists,
      })
      .nullable()
      .describe('From the live release’s set to this one, by name; null when no release is live.'),
    createdBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'Variables' })
export type VariablesView = z.infer<typeof variablesView>

export const variableSetView = z
  .object({
    number: z.int(),
    names: z.array(z.string()),
    secrets: z.array(z.string()),
    dialect: z.enum(dialects),
    difference: z.object(nameLists).describe('Against the set before it, by name.').nullable(),
    isReadable: z.boolean().describe('false: it cannot be decrypted with this panel’s key, and nothing can use it.'),
    isLive: z.boolean(),
    releases: z.array(z.int()).describe('Numbers of releases on the server that have it.'),
    createdBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'VariableSet' })
export type VariableSetView = z.infer<typeof variableSetView>

export const variableChanges = z.object(nameLists)
export type VariableChanges = z.infer<typeof variableChanges>
