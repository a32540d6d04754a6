// What a field is told when its schema has no words of its own.
import { expect, it } from 'vitest'
import { z } from 'zod'
import { parse } from '@/lib/panel/act.ts'

const schema = z.object({
  hours: z.number().int().max(167),
  minutes: z.number().min(1),
  reason: z.string().min(1).max(5),
  named: z.string().min(1, 'Say why.'),
  many: z.array(z.string()).max(1),
  from: z.iso.datetime({ offset: true }),
})

const good = { hours: 1, minutes: 1, reason: 'why', named: 'why', many: [], from: '2026-12-24T12:00:00Z' }

function problem(changed: Partial<Record<keyof typeof good, unknown>>): string | undefined {
  try {
    parse(schema, { ...good, ...changed })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : undefined
  }
}

it('is what a person is to do, and the schema’s own words where it has some', () => {
  expect(problem({})).toBeUndefined()
  expect(problem({ hours: 900 })).toBe('At most 167.')
  expect(problem({ hours: 1.5 })).toBe('Write a whole number.')
  expect(problem({ hours: Number.NaN })).toBe('Write a number.')
  expect(problem({ minutes: 0 })).toBe('At least 1.')
  expect(problem({ reason: '' })).toBe('Fill this in.')
  expect(problem({ reason: 'because' })).toBe('At most 5 characters.')
  expect(problem({ named: '' })).toBe('Say why.')
  expect(problem({ many: ['a', 'b'] })).toBe('At most 1 of these.')
  expect(problem({ from: '' })).toBe('Give a day and a time.')
})
