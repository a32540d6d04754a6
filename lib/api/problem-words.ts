// Words for what a schema refuses without saying why: libraries' own are for programmers.
import type { z } from 'zod'

type Issue = Parameters<z.core.$ZodErrorMap>[0]

/** Undefined = it stays as the library says it. */
export function problemWords(issue: Issue): string | undefined {
  if (issue.code === 'too_big') return `${most(issue.origin, Number(issue.maximum))}.`
  if (issue.code === 'too_small') return `${least(issue.origin, Number(issue.minimum))}.`
  if (issue.code === 'invalid_type') return typeWords[issue.expected]
  if (issue.code === 'invalid_format' && issue.format === 'datetime') return 'Give a day and a time.'
  return undefined
}

const typeWords: Partial<Record<string, string>> = { number: 'Write a number.', int: 'Write a whole number.' }

function most(origin: string, count: number): string {
  return `At most ${count}${unit(origin, count)}`
}

function least(origin: string, count: number): string {
  return origin === 'string' && count === 1 ? 'Fill this in' : `At least ${count}${unit(origin, count)}`
}

function unit(origin: string, count: number): string {
  if (origin === 'string') return count === 1 ? ' character' : ' characters'
  if (origin === 'array' || origin === 'set') return ' of these'
  return ''
}
