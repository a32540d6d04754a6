// Attacks 1 to 4 and 7 over HTTP: hostile text in every field of every operation. It is refused, or kept as the text that it is; no field
// gets through to where it becomes an error of the panel's own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldsOf, pathParameters } from '@/lib/api/operation.ts'
import { everyOperation } from '@/lib/api/register.ts'
import { createTokenOnConsole } from '@/lib/panel/people.ts'
import { table } from '../panel/access-table.ts'
import { enter, makeWorld, type World } from '../panel/access-world.ts'
import { openApi, type Api } from './server.ts'

const hostile = [
  `$(id)\`id\`;id&id|id'"*~`,
  'a\nb\r',
  'a\0b',
  '--upload-pack=id',
  '../../etc/passwd',
  '\u202e\ud800',
  '__proto__',
  '0000-01-01',
  '9999-12-31',
  '9'.repeat(30),
  'x'.repeat(100_000),
]

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

type Operation = ReturnType<typeof everyOperation>[number]

/** What the access table calls the function behind an operation with: an input that is let in. */
function inputOf({ name }: Operation, world: World): Record<string, unknown> {
  const row = Object.entries(table).find(([key]) => key.split('.')[1] === name)
  return { ...((row?.[1][1](world) ?? {}) as Record<string, unknown>) }
}

/** The fields that take a text, whatever else they take. */
function textFields({ entry }: Operation): string[] {
  return Object.entries(fieldsOf(entry.input)).flatMap(([name, schema]) => (takesText(schema) ? [name] : []))
}

/** The input with the hostile text in each field that takes one, in turn, and in each text further inside. */
function turned(one: Operation, world: World, text: string): [field: string, input: Record<string, unknown>][] {
  const input = inputOf(one, world)
  const inside = Object.entries(input).flatMap(([name, value]) =>
    typeof value === 'object'
      ? placesOf(value).map(
          (place) => [`${name}.${place.join('.')}`, { ...input, [name]: put(value, place, text) }] as const,
        )
      : [],
  )
  return [...textFields(one).map((name) => [name, { ...input, [name]: text }] as const), ...inside].map(([a, b]) => [
    a,
    b,
  ])
}

function placesOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  return Object.entries(value).flatMap(([name, one]) => placesOf(one).map((rest) => [name, ...rest]))
}

function put(value: unknown, [name, ...rest]: string[], text: string): unknown {
  if (name === undefined) return text
  const inner = put((value as Record<string, unknown>)[name], rest, text)
  return Array.isArray(value) ? value.with(Number(name), inner) : { ...(value as object), [name]: inner }
}

function takesText(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return takesText(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodPipe) return takesText(schema.in as z.ZodType)
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).some(takesText)
  return [z.ZodString, z.ZodStringFormat, z.ZodNumber, z.ZodEnum].some((kind) => schema instanceof kind)
}

async function send({ entry }: Operation, input: Record<string, unknown>, token: string) {
  const inPath = pathParameters(entry.path)
  const path = inPath.reduce(
    (made, name) => made.replace(`{${name}}`, encodeURIComponent(wellFormed(String(input[name])))),
    entry.path,
  )
  const rest = Object.entries(input).filter(([name]) => !inPath.includes(name))
  const isQuery = entry.method === 'GET' || entry.method === 'DELETE'
  const query = isQuery ? `?${new URLSearchParams(rest.map(([name, value]) => [name, String(value)])).toString()}` : ''
  return api.call(entry.method, path + query, { token, ...(isQuery ? {} : { body: Object.fromEntries(rest) }) })
}

// What no address can hold in any form.
function wellFormed(text: string): string {
  return text.slice(0, 2_000).replaceAll(/\p{Surrogate}/gu, '%ED%A0%80')
}

describe('attacks 1 to 4 and 7: hostile text', () => {
  const operations = everyOperation().filter((one) => textFields(one).length > 0)
  it.each(operations.map((one) => [one.name, one] as const))(
    'in every field of %s',
    { timeout: 60_000 },
    async (_, one) => {
      const base = await makeWorld(api.ctx)
      const world: World = { ...base, ...(await enter(api.ctx, base, 'owner')) }
      const { secret } = await createTokenOnConsole(api.ctx, { name: 'x', role: 'owner' })
      for (const text of hostile)
        for (const [field, input] of turned(one, world, text)) {
          const { status, body } = await send(one, input, secret)
          const said = `${field} = ${JSON.stringify(text.slice(0, 20))}: ${status} ${JSON.stringify(body).slice(0, 200)}`
          if (status >= 500) expect(body, said).toMatchObject({ error: { code: 'no_worker' } })
        }
    },
  )
})
