'use server'
import { byId, projectChange, projectInput } from '@/lib/api/inputs.ts'
import * as projects from '@/lib/panel/projects.ts'
import { action } from '@/lib/web/action.ts'

export const createProject = action(projectInput, projects.createProject)
export const updateProject = action(projectChange, projects.updateProject)
export const removeProject = action(byId, projects.removeProject)
export const readBranches = action(byId, projects.readBranches)
