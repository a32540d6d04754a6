import { peopleOperations } from '@/lib/api/register/people.ts'
import { listAudit } from '@/lib/panel/audit.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(peopleOperations.listAudit, async (ctx, actor, input) => {
  const { entries, next } = await listAudit(ctx, actor, input)
  return { items: entries, next }
})
