// The OpenAPI 3.1 document of the API, made from its register and nothing else.
import { z } from 'zod'
import { errorStatus } from '@/lib/errors.ts'
import { fieldsOf, pathParameters, type Operation } from './operation.ts'
import { everyOperation } from './register.ts'

type Json = Record<string, unknown>

/** Everything that is refused looks like this, whatever was asked. */
const refusal = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(errorStatus) as [string, ...string[]]).describe('Stable: rely on it.'),
      message: z.string().describe('For people; texts change.'),
      details: z.looseObject({
        problems: z
          .array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() }))
          .optional()
          .describe('One for each field that can’t be used.'),
      }),
    }),
  })
  .meta({ id: 'Refusal' })

export function openApiDocument(): Json {
  const schemas: Json = {}
  const refused = { content: json(schemaOf(refusal, 'output', schemas)) }
  const paths: Record<string, Json> = {}
  for (const { name, tag, entry } of everyOperation())
    (paths[entry.path] ??= {})[entry.method.toLowerCase()] = {
      operationId: name,
      tags: [tag],
      summary: entry.summary,
      description: `Needs the role “${entry.role}”. On the command line: \`fairlead ${entry.command}\`.`,
      ...inputOf(entry, schemas),
      responses: {
        [entry.status]: { description: 'Done.', content: answerOf(entry, schemas) },
        '4XX': { description: 'Refused; the code says why.', ...refused },
        '5XX': { description: 'The panel, its database, its worker or a server is not able to.', ...refused },
      },
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Fairlead',
      version: '1',
      description: 'Deploys Git repositories to your own servers. Times are ISO 8601 in UTC, durations milliseconds.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    tags: [...new Set(everyOperation().map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'fl_…' } } },
  }
}

/** Path parameters, the query or the body, and the header that makes a repeated request safe. */
function inputOf(entry: Operation, schemas: Json): Json {
  const whole = schemaOf(entry.input, 'input', schemas) as { properties?: Record<string, Json>; required?: string[] }
  const inPath = pathParameters(entry.path)
  const isQuery = entry.method === 'GET' || entry.method === 'DELETE'
  const rest = Object.keys(fieldsOf(entry.input)).filter((name) => !inPath.includes(name) && name !== 'idempotencyKey')
  const required = whole.required ?? []
  const parameter = (name: string, where: 'path' | 'query'): Json => {
    const { description, ...schema } = whole.properties?.[name] ?? {}
    const isRequired = where === 'path' || required.includes(name)
    return { name, in: where, required: isRequired, ...(description ? { description } : {}), schema }
  }
  const parameters = [
    ...inPath.map((name) => parameter(name, 'path')),
    ...(isQuery ? rest.map((name) => parameter(name, 'query')) : []),
    ...(entry.key ? [keyHeader(entry.key)] : []),
  ]
  if (isQuery || rest.length === 0) return { parameters }
  const properties = Object.fromEntries(rest.map((name) => [name, whole.properties?.[name] ?? {}]))
  const needed = required.filter((name) => rest.includes(name))
  const schema = { type: 'object', properties, ...(needed.length > 0 ? { required: needed } : {}) }
  return { parameters, requestBody: { required: needed.length > 0, content: json(schema) } }
}

function keyHeader(key: 'deployment' | 'answer'): Json {
  const description =
    key === 'deployment'
      ? 'The same key gives the deployment that was queued with it first.'
      : 'The same key within a day gives the answer that was given first, and makes nothing more.'
  return { name: 'Idempotency-Key', in: 'header', required: false, description, schema: { type: 'string' } }
}

function answerOf({ output, produces }: Operation, schemas: Json): Json {
  const text = produces ? { [produces]: { schema: { type: 'string' } } } : {}
  return produces && output instanceof z.ZodString ? text : { ...text, ...json(schemaOf(output, 'output', schemas)) }
}

const json = (schema: Json): Json => ({ 'application/json': { schema } })

/** Named schemas go to `schemas`, and are referred to. A field that is added later must not break whoever reads strictly. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const {
    $schema: _,
    $defs = {},
    ...made
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      delete jsonSchema.id
    },
  })
  const moved = JSON.parse(JSON.stringify({ made, $defs }).replaceAll('#/$defs/', '#/components/schemas/')) as {
    made: Json
    $defs: Json
  }
  Object.assign(schemas, moved.$defs)
  return moved.made
}
