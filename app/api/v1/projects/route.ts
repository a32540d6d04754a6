import { pageById } from '@/lib/api/page.ts'
import { projectOperations } from '@/lib/api/register/projects.ts'
import { createProject, listProjects } from '@/lib/panel/projects.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(projectOperations.listProjects, async (ctx, actor, page) =>
  pageById(await listProjects(ctx, actor), page),
)
export const POST = operation(projectOperations.createProject, createProject)
