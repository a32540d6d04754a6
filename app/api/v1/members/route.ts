import { pageById } from '@/lib/api/page.ts'
import { peopleOperations } from '@/lib/api/register/people.ts'
import { listMembers } from '@/lib/panel/members.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(peopleOperations.listMembers, async (ctx, actor, page) =>
  pageById(await listMembers(ctx, actor), page),
)
