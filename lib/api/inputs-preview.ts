// What previews, comparisons and everything done with an existing release are asked with.
import { z } from 'zod'
import { nameText, refText } from './grammar.ts'
import { deploymentInput, onServers, placesInput } from './inputs.ts'

const id = z.uuid('Not an id.')
const number = z.coerce.number().int().min(1).max(2_147_483_647)

/**
 * What would be deployed (`ref`, the environment's branch unless given), activated (`release`), or applied (`variables`), by
 * number; with `files` the newest files.
 */
export const previewInput = z.object({
  environmentId: id,
  ref: refText.optional(),
  release: number.optional(),
  variables: number.optional(),
  files: z.literal('newest').optional(),
  ...onServers,
})
/** From one release of an environment to another; `to` is the live one unless given. */
export const comparisonInput = z.object({ environmentId: id, from: number, to: number.optional() })
export const releaseKey = z.object({ environmentId: id, number })
const idempotencyKey = deploymentInput.shape.idempotencyKey
/** Of the plan that a preview has shown. */
const expectedHash = deploymentInput.shape.expectedHash
export const redeployInput = releaseKey.extend({ ...onServers, expectedHash, idempotencyKey })
/** `to` is the environment that the commit of the release is deployed to; it belongs to the same project. */
export const promotionInput = releaseKey.extend({ to: id, expectedHash, idempotencyKey })
/** Settings and hooks come along, variables only when wished; the place is always another one. */
export const cloneInput = z.object({
  environmentId: id,
  name: nameText,
  branch: refText.optional(),
  servers: placesInput,
  variables: z.boolean().default(false),
})
