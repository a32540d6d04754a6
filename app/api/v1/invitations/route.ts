import { pageById } from '@/lib/api/page.ts'
import { peopleOperations } from '@/lib/api/register/people.ts'
import { listInvitations } from '@/lib/panel/invitations.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(peopleOperations.listInvitations, async (ctx, actor, page) =>
  pageById(await listInvitations(ctx, actor), page),
)
