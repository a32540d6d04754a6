// The register knows every route, every route is what the register says, and the document made of it is a valid one.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from '@/lib/api/openapi.ts'
import { fieldsOf, methods, pathParameters, type Operation } from '@/lib/api/operation.ts'
import { everyOperation } from '@/lib/api/register.ts'
import { GET } from '@/app/api/v1/openapi.json/route.ts'

const root = join(import.meta.dirname, '../..')
const operations = everyOperation()

/** `METHOD /path` of every handler that a route file exports, with what it serves. */
async function routes(): Promise<Map<string, Operation | undefined>> {
  const folder = join(root, 'app/api/v1')
  const found = new Map<string, Operation | undefined>()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    // Addresses that are none, and the description itself, are nothing to describe.
    if (!file.endsWith('route.ts') || file.startsWith('[...path]') || file.startsWith('openapi.json')) continue
    const path = `/${file.replace(/\/?route\.ts$/, '').replaceAll(/\[(?:\.\.\.)?(\w+)\]/g, '{$1}')}`
    const handlers = (await import(join(folder, file))) as Record<string, { described?: Operation } | undefined>
    for (const method of methods) if (handlers[method]) found.set(`${method} ${path}`, handlers[method].described)
  }
  return found
}

describe('the register of the API', () => {
  it('knows every route, and every route serves its entry', async () => {
    const served = await routes()
    const described = operations.map(({ entry }) => `${entry.method} ${entry.path}`)
    expect([...served.keys()].sort()).toEqual(described.sort())
    for (const { name, entry } of operations) expect(served.get(`${entry.method} ${entry.path}`), name).toBe(entry)
  })

  it('takes what its paths name, and has names of its own for everything', () => {
    for (const { name, entry } of operations) {
      const fields = Object.keys(fieldsOf(entry.input))
      for (const parameter of pathParameters(entry.path)) expect(fields, name).toContain(parameter)
      expect(fields.includes('idempotencyKey'), name).toBe(entry.key === 'deployment')
      expect(entry.key === undefined || entry.method === 'POST', name).toBe(true)
    }
    for (const list of [operations.map(({ name }) => name), operations.map(({ entry }) => entry.command)])
      expect(new Set(list).size).toBe(list.length)
  })

  // Signing in and out, and first things first, are the browser's own; what one is seen as is a cookie's.
  const browserOnly = ['createFirstOwner', 'signIn', 'signOut', 'chooseTheme', 'readInvitation', 'acceptInvitation']
  // A token that leaked must not make itself permanent: people, tokens and sessions are a person's to decide about.
  const personOnly = [
    'createToken',
    'revokeToken',
    'endSession',
    'endOtherSessions',
    'changePassword',
    'beginTwoFactor',
    'confirmTwoFactor',
    'endTwoFactor',
    'renewRecoveryCodes',
    'createInvitation',
    'revokeInvitation',
    'changeMemberRole',
    'changeProjectRole',
    'removeMember',
  ]

  it('has whatever a button of the browser does', () => {
    const folder = join(root, 'app/actions')
    const actions = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^export const (\w+)/gm)].map(([, name]) => name!),
    )
    const known = [...operations.map(({ name }) => name), ...browserOnly, ...personOnly]
    expect(actions.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('the OpenAPI document', () => {
  it('is valid, and every reference in it leads somewhere', async () => {
    const document = (await GET().json()) as Record<string, unknown>
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    const { schemas } = document.components as { schemas: Record<string, unknown> }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
    expect(references.length).toBeGreaterThan(20)
    for (const [, name] of references) expect(schemas).toHaveProperty(name!)
    expect(JSON.stringify(document)).not.toContain('$defs')
  })

  it('says where each field goes', () => {
    const { paths } = openApiDocument() as { paths: Record<string, Record<string, Record<string, unknown>>> }
    expect(paths['/environments/{environmentId}/deployments']).toMatchObject({
      get: {
        operationId: 'listDeployments',
        parameters: [
          { name: 'environmentId', in: 'path', required: true },
          { name: 'cursor', in: 'query', required: false },
          { name: 'limit', in: 'query', required: false },
        ],
      },
      post: {
        parameters: [{ name: 'environmentId' }, { name: 'Idempotency-Key', in: 'header' }],
        requestBody: { required: false, content: { 'application/json': { schema: { properties: { ref: {} } } } } },
        responses: {
          202: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Deployment' } } } },
        },
      },
    })
  })
})
