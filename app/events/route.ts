import { answer } from '@/lib/web/answer.ts'
import { eventStream } from '@/lib/web/sse.ts'

export const dynamic = 'force-dynamic'

export function GET(request: Request) {
  return answer(() => eventStream(request))
}
