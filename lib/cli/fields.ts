// The fields of an operation as options of the command line.
import { z } from 'zod'
import { fieldsOf, pathParameters, type Operation } from '@/lib/api/operation.ts'
import { exits, Stop } from './exit.ts'

type Schema = { type?: string | string[]; anyOf?: Schema[]; oneOf?: Schema[]; enum?: unknown[]; description?: string }
/** `kinds`: what the value may be in JSON. */
export type Field = {
  name: string
  option: string
  isRequired: boolean
  kinds: Set<string>
  choices: string[]
  description: string
}

/** What is typed in the order of the path, and what is typed as options, of which the key that makes a repetition safe is none. */
export function fieldsFor(entry: Operation): { inPath: Field[]; options: Field[] } {
  const { properties = {}, required = [] } = z.toJSONSchema(entry.input, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  const field = (name: string): Field => {
    const schema = properties[name] ?? {}
    const inner = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
    return {
      name,
      option: `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
      isRequired: required.includes(name),
      kinds: new Set(inner.flatMap(({ type = [] }) => type)),
      choices: inner.flatMap((one) => (one.enum ?? []).map(String)),
      description: schema.description ?? '',
    }
  }
  const inPath = pathParameters(entry.path)
  const rest = Object.keys(fieldsOf(entry.input)).filter((name) => !inPath.includes(name) && name !== 'idempotencyKey')
  return { inPath: inPath.map(field), options: rest.map(field) }
}

/** The typed text as the field's value. Throws Stop (usage). */
export function valueOf({ name, option, kinds }: Field, text: string): unknown {
  if (kinds.has('string') || kinds.size === 0) return text
  if (kinds.has('boolean')) {
    if (text === 'true' || text === 'false') return text === 'true'
    throw wrong(`${option} is true or false.`)
  }
  if (kinds.has('null') && text === 'null') return null
  if (kinds.has('integer') || kinds.has('number')) {
    if (/^-?\d{1,15}(\.\d+)?$/.test(text)) return Number(text)
    throw wrong(`${option} is a number.`)
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw wrong(`${option} takes JSON (${name}).`)
  }
}

export function wrong(message: string): Stop {
  return new Stop(exits.usage, `${message} See: fairlead --help`)
}
