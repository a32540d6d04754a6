import { isSetUp } from '@/lib/panel/setup.ts'
import { context } from '@/lib/web/context.ts'

export const dynamic = 'force-dynamic'

/** 200 while this process and its database answer, 503 otherwise. Open to everyone: it tells nothing else. */
export async function GET() {
  try {
    await isSetUp(context())
    return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } })
  } catch {
    return Response.json(
      { status: 'unavailable', reason: 'The database does not answer.' },
      { status: 503, headers: { 'cache-control': 'no-store' } },
    )
  }
}
