'use server'
import { byId, projectInput } from '@/lib/api/inputs.ts'
import * as projects from '@/lib/panel/projects.ts'
import { action } from '@/lib/web/action.ts'

export const createProject = action(projectInput, projects.createProject)
export const readBranches = action(byId, projects.readBranches)
