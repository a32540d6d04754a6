// What panel functions about variables take.
import { z } from 'zod'
import { variableName } from '@/lib/format/env-text.ts'
import { dialects } from '@/lib/spec/env-dialects.ts'
import { byEnvironment, deploymentInput, isWritable, onServers } from './inputs.ts'

const name = z.string().regex(variableName, 'A name has letters, digits and “_”, and does not begin with a digit.')
const number = z.coerce.number<string | number>().int().min(1).max(2_147_483_647)
const basedOn = z
  .number()
  .int()
  .nullable()
  .optional()
  .describe('The number of the set that was edited (null = there was none): another one saved meanwhile is a conflict.')
const writable = (most: number) =>
  z.string().max(most, 'All variables together are larger than 1 MiB.').refine(isWritable, {
    error: 'The text holds a NUL character or half of a character.',
  })

export const variablesInput = z.object({
  environmentId: byEnvironment.shape.environmentId,
  text: writable(2_000_000),
  secrets: z
    .array(z.string().max(200))
    .max(10_000)
    .optional()
    .describe(
      'Names whose values are never shown again; left out, known names stay what they are and new ones are secret.',
    ),
  dialect: z.enum(dialects).optional(),
  basedOn,
})

export const variablesChange = z.object({
  environmentId: byEnvironment.shape.environmentId,
  set: z.record(name, writable(500_000)).default({}).describe('Values by name.'),
  unset: z.array(name).max(10_000).default([]).describe('Names that go.'),
  secrets: z
    .record(name, z.boolean())
    .default({})
    .describe(
      'true = never shown again; false only together with a new value. New names are secret unless this says otherwise.',
    ),
  basedOn,
})

export const variablesRevert = z.object({ environmentId: byEnvironment.shape.environmentId, number, basedOn })

/** `number`: the set that was looked at; when another one is the newest by now, nothing is applied. */
export const variablesApply = z.object({
  environmentId: byEnvironment.shape.environmentId,
  number: number.optional(),
  ...onServers,
  expectedHash: deploymentInput.shape.expectedHash,
  idempotencyKey: deploymentInput.shape.idempotencyKey,
})

/** `before` is the number of a set to continue after. */
export const variableSetsInput = z.object({
  environmentId: byEnvironment.shape.environmentId,
  before: number.optional(),
  limit: z.coerce.number<string | number>().int().min(1).max(100).default(30),
})

/** Sets by number; null = no variables at all. */
export const variablesComparison = z.object({
  environmentId: byEnvironment.shape.environmentId,
  from: number.nullable(),
  to: number.nullable(),
})
