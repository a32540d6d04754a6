// The one way from the API to the panel: a bearer token, one schema for path, query and body together, JSON out. Cookies count
// for nothing here, so no other site can use somebody's session.
import { z } from 'zod'
import type { Actor } from '@/lib/api/shapes.ts'
import { errorStatus, PanelError } from '@/lib/errors.ts'
import { actorOfBearer } from '@/lib/panel/bearer.ts'
import type { Context } from '@/lib/panel/context.ts'
import { problemWords } from '@/lib/api/problem-words.ts'
import { addressOf } from './address.ts'
import { context } from './context.ts'
import { refusalOf } from './refusal.ts'

/** Variable sets have at most 2,000,000 characters; in JSON that may be twice as many bytes. */
const bodyLimit = 8_388_608

type PathOf = { params: Promise<Record<string, string | string[]> | undefined> }
/** What a route runs: a panel function, or what calls one. A `Response` is sent as it is. */
type Run<I, T> = (ctx: Context, actor: Actor, input: I, request: Request) => Promise<T>

/**
 * A handler that does `run` with what `schema` makes of body, query and path; the path wins. `Idempotency-Key` is read as the
 * field `idempotencyKey`. Anything refused is `{error: {code, message, details}}` with the status of its code.
 * @param options.status of an answer that isn't a refusal
 */
export function route<S extends z.ZodType, T>(schema: S, run: Run<z.output<S>, T>, { status = 200 } = {}) {
  return async (request: Request, { params }: PathOf): Promise<Response> => {
    try {
      const { headers } = request
      const actor = await actorOfBearer(context(), {
        authorization: headers.get('authorization'),
        address: addressOf(headers),
      })
      const key = headers.get('idempotency-key')
      const given = {
        ...(await bodyOf(request)),
        ...queryOf(request),
        ...(key === null ? {} : { idempotencyKey: key }),
        ...pathOf(await params),
      }
      const result = await run(context(), actor, schema.parse(given, { error: problemWords }), request)
      return result instanceof Response
        ? result
        : Response.json(result ?? null, { status, headers: { 'cache-control': 'no-store' } })
    } catch (error) {
      return refusalResponse(error)
    }
  }
}

/** The refusal as JSON, with what HTTP wants to be said in headers. */
function refusalResponse(error: unknown): Response {
  const refusal = refusalOf(error)
  const headers = new Headers({ 'cache-control': 'no-store' })
  if (refusal.code === 'unauthenticated') headers.set('www-authenticate', 'Bearer realm="Fairlead"')
  if (typeof refusal.details.retryAfterSeconds === 'number')
    headers.set('retry-after', String(refusal.details.retryAfterSeconds))
  return Response.json({ error: refusal }, { status: errorStatus[refusal.code], headers })
}

/** A parameter of several segments (`rollback/before`) is one text. Addresses without parameters have none at all. */
function pathOf(params: Record<string, string | string[]> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, [value].flat().join('/')]))
}

function queryOf(request: Request): Record<string, string> {
  return Object.fromEntries(new URL(request.url).searchParams)
}

/** The JSON object of the body; none is an empty one. PanelError: invalid, too_large. */
async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  if (request.body === null) return {}
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of request.body) {
    length += part.length
    if (length > bodyLimit) throw new PanelError('too_large', `A request has at most ${bodyLimit} bytes.`)
    parts.push(part)
  }
  if (length === 0) return {}
  try {
    return z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))))
  } catch {
    throw new PanelError('invalid', 'The body is not a JSON object in UTF-8.')
  }
}
