// Answers of the routes that the panel's own pages call (the API has lib/web/route.ts): JSON or a stream, a refusal with its status.
import { errorStatus } from '@/lib/errors.ts'
import { refusalOf } from './refusal.ts'

/** Runs `make`; what it throws becomes `{error}` with the status of its code. */
export async function answer(make: () => Promise<Response>): Promise<Response> {
  try {
    return await make()
  } catch (error) {
    const refusal = refusalOf(error)
    return Response.json(
      { error: refusal },
      { status: errorStatus[refusal.code], headers: { 'cache-control': 'no-store' } },
    )
  }
}
