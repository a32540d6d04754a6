// A YAML text as a value of a schema, or everything that is wrong with it, each with the line it stands in.
import { isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml'
import { z } from 'zod'
import type { Problem } from '../errors.ts'
import { meant } from '../format/edit-distance.ts'

type Read<T> = { value: T; problems: [] } | { value: null; problems: Problem[] }
type Path = readonly PropertyKey[]

/** Aliases may not blow a small text up. */
const mostAliases = 100
/** More than so many at once help nobody, and each is looked for in the text. */
const mostProblems = 100

export function readYaml<S extends z.ZodType>(text: string, schema: S): Read<z.output<S>> {
  const lines = new LineCounter()
  // The library compares each key with each other: a file of a few hundred kilobytes would keep the whole process for minutes.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const at = (offset: number): number => lines.linePos(offset).line
  const said = [...document.errors, ...document.warnings]
  if (said.length > 0)
    return refused(
      said.map(({ pos, message }) => problem('', at(pos[0]), message.split('\n')[0]!.replace(/\.?$/, '.'))),
    )
  let plain: unknown
  try {
    const odd = oddKeys(document)
    if (odd.length > 0) return refused(odd.map(({ offset, message }) => problem('', at(offset), message)))
    plain = document.toJS({ maxAliasCount: mostAliases })
  } catch {
    return refused([problem('', 1, 'It refers to itself too often, or is nested too deeply.')])
  }
  const parsed = schema.safeParse(plain)
  if (parsed.success) return { value: parsed.data, problems: [] }
  return refused(
    parsed.error.issues.slice(0, mostProblems).flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') {
        const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message
        return [problem(issue.path.join('.'), at(offsetOf(document, issue.path)), message)]
      }
      const known = keysAt(schema, issue.path)
      return issue.keys.slice(0, mostProblems).map((key) => {
        const near = meant(key, known)
        const hint = near
          ? `Did you mean “${near}”?`
          : known.length > 0
            ? `Known here: ${known.join(', ')}.`
            : undefined
        const line = at(keyOffset(document, issue.path, key))
        return problem([...issue.path, key].join('.'), line, `“${key}” is not known here.`, hint)
      })
    }),
  )
}

/** From top to bottom, as one reads. */
function refused(problems: Problem[]): { value: null; problems: Problem[] } {
  const line = ({ message }: Problem): number => Number(/\d+/.exec(message)?.[0])
  return { value: null, problems: problems.sort((a, b) => line(a) - line(b)).slice(0, mostProblems) }
}

/** Keys that no map can hold: unique ones that stand there again, and the one that objects keep for themselves. */
function oddKeys(document: Document): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = []
  visit(document, {
    Map(_, { items }) {
      const known = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const offset = key.range?.[0] ?? 0
        if (known.has(key.value)) found.push({ offset, message: `“${key.source}” stands here twice: keys are unique.` })
        if (key.value === '__proto__') found.push({ offset, message: '“__proto__” is not known here.' })
        known.add(key.value)
      }
    },
  })
  return found
}

function problem(path: string, line: number, message: string, hint?: string): Problem {
  return { path, message: `Line ${line}: ${message}`, ...(hint ? { hint } : {}) }
}

/** Where the value at `path` begins, or the innermost one that is there. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const offset = keyOffset(document, path.slice(0, length - 1), path[length - 1]!)
    if (offset > 0) return offset
    const item = document.getIn(path.slice(0, length), true) as Node | undefined
    if (item?.range) return item.range[0]
  }
  return 0
}

/** Where a key of the map at `path` stands; 0 = nowhere. */
function keyOffset(document: Document, path: Path, key: PropertyKey): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true)
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
  return (pair && isScalar(pair.key) && pair.key.range?.[0]) || 0
}

/** The keys that the schema knows at `path`. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  const inner = unwrapped(schema)
  const [key, ...rest] = path
  if (inner instanceof z.ZodUnion)
    return [...new Set((inner.options as z.ZodType[]).flatMap((option) => keysAt(option, path)))]
  if (inner instanceof z.ZodObject) {
    const shape = inner.shape as Record<string, z.ZodType>
    if (key === undefined) return Object.keys(shape)
    const next = shape[String(key)]
    return next ? keysAt(next, rest) : []
  }
  if (key === undefined)
    return inner instanceof z.ZodRecord && inner.keyType instanceof z.ZodEnum ? inner.keyType.options.map(String) : []
  if (inner instanceof z.ZodRecord) return keysAt(inner.valueType as z.ZodType, rest)
  return inner instanceof z.ZodArray ? keysAt(inner.element as z.ZodType, rest) : []
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema
}
