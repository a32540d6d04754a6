// One entry of the API's register: what an address takes, gives and asks for. Routes, the OpenAPI document and the command line
// are made from these entries, so that none of them can know something that the others don't.
import { z } from 'zod'
import type { Role } from '@/lib/access.ts'

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
type Method = (typeof methods)[number]

export type Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  method: Method
  /** Below /api/v1, with parameters in braces; each is a field of `input`. */
  path: string
  summary: string
  /** The least role; what one may not see at all is `not_found`. */
  role: Role
  /** Path, query and body together: path parameters, then the query of GET and DELETE, the body of all others. */
  input: I
  output: O
  /** Of an answer that isn't a refusal. */
  status: 200 | 201 | 202
  /** What else than JSON comes back. */
  produces?: 'text/plain' | 'text/csv' | 'text/event-stream'
  /**
   * The header `Idempotency-Key` counts: for deployments the key gives the deployment that was queued first (`deployment`), for
   * what creates something the answer that was given first, for a day (`answer`).
   */
  key?: 'deployment' | 'answer'
  /** Its words on the command line. */
  command: string
}

/** Keeps the schemas' own types. */
export function operation<I extends z.ZodType, O extends z.ZodType>(
  entry: Omit<Operation<I, O>, 'status'> & { status?: Operation['status'] },
): Operation<I, O> {
  return { status: 200, ...entry }
}

/** The names in braces, in order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
}

/** The fields of an input, of all its alternatives, by name. */
export function fieldsOf(schema: z.ZodType): Record<string, z.ZodType> {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return fieldsOf(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodObject ? schema.shape : {}
}

/** What every list takes: where to go on, and how many at once. */
export const pageInput = {
  cursor: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'Not the cursor of a page.')
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number<string | number>().int().min(1).max(100).default(50).describe('How many at most.'),
}

/** A page of a list. `next` is what to send as `cursor` for the page after it; null = this was the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}
