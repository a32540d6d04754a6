import type { NextRequest } from 'next/server'
import { auditExport } from '@/lib/api/inputs-access.ts'
import { exportAudit } from '@/lib/panel/audit.ts'
import { answer } from '@/lib/web/answer.ts'
import { context } from '@/lib/web/context.ts'
import { whileAllowed } from '@/lib/web/while-allowed.ts'
import { actorOfRequest, sessionNow } from '@/lib/web/who.ts'

const types = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' }

/** What the page's filter lets through, as a file. */
export function GET(request: NextRequest) {
  return answer(async () => {
    const actor = await actorOfRequest()
    const input = auditExport.parse(Object.fromEntries(request.nextUrl.searchParams))
    const file = await exportAudit(context(), actor, input)
    return new Response(whileAllowed(file, actor, await sessionNow()), {
      headers: {
        'content-type': types[input.format],
        'content-disposition': `attachment; filename="audit.${input.format}"`,
        'cache-control': 'no-store',
      },
    })
  })
}
