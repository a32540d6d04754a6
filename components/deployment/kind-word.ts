import type { DeploymentView } from '@/lib/api/shapes.ts'

const words = { deploy: 'Deployment', activate: 'Activation', configure: 'Configuration', remove: 'Removal' } as const

/** What a run is called on pages: its number counts all of them. */
export function kindWord(kind: DeploymentView['kind']): string {
  return words[kind]
}
