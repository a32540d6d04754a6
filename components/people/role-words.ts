// What roles are called where people choose them.
import type { PanelRole } from '@/lib/api/shapes.ts'

export const roleWords: Record<PanelRole, string> = {
  member: 'single projects only',
  viewer: 'viewer: looks',
  developer: 'developer: deploys',
  admin: 'admin: sets up',
  owner: 'owner: everything',
}
export const projectRoles = ['viewer', 'developer', 'admin'] as const
export type ProjectRole = (typeof projectRoles)[number]
