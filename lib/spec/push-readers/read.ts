// Reads what a Git host tells, whichever it is.
import { z } from 'zod'
import { told, type Provider } from '../push.ts'
import { readBitbucket } from './bitbucket.ts'
import { readGeneric } from './generic.ts'
import { readGitea } from './gitea.ts'
import { readGithub } from './github.ts'
import { readGitlab } from './gitlab.ts'
import type { DeliveryHeaders, DeliveryRead, DeliveryReader } from './reading.ts'

const readers: Record<Provider, DeliveryReader> = {
  github: readGithub,
  gitlab: readGitlab,
  bitbucket: readBitbucket,
  gitea: readGitea,
  generic: readGeneric,
}

/** Null = not of the shape that this host documents. Header names are in lower case. */
export function readDelivery(provider: Provider, headers: DeliveryHeaders, json: unknown): DeliveryRead | null {
  try {
    const delivery = readers[provider](headers, json)
    if (delivery.read.type === 'told') told.parse(delivery.read.told)
    return delivery
  } catch (error) {
    if (error instanceof z.ZodError) return null
    throw error
  }
}
