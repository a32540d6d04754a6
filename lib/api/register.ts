// Every operation of the API by its name, which is also that of the panel's function behind it.
import { z } from 'zod'
import { roles } from '@/lib/access.ts'
import { nothing } from './inputs.ts'
import { operation, type Operation } from './operation.ts'
import { blueprintOperations } from './register/blueprint.ts'
import { channelOperations } from './register/channels.ts'
import { deploymentOperations, releaseOperations } from './register/deployments.ts'
import { driftOperations } from './register/drift.ts'
import { environmentOperations, hookOperations } from './register/environments.ts'
import { followingOperations } from './register/following.ts'
import { freezeOperations } from './register/freezes.ts'
import { fileOperations } from './register/files.ts'
import { hookHistoryOperations } from './register/hooks.ts'
import { overviewOperations } from './register/overview.ts'
import { peopleOperations } from './register/people.ts'
import { projectOperations, serverOperations } from './register/projects.ts'
import { holdOperations } from './register/holds.ts'
import { previewOperations } from './register/releases.ts'
import { scheduleOperations } from './register/schedules.ts'
import { variableOperations } from './register/variables.ts'
import { webhookOperations } from './register/webhooks.ts'

const tokenOperations = {
  readActor: operation({
    method: 'GET',
    path: '/',
    summary: 'Who the token stands for: what a script asks first',
    role: 'viewer',
    input: nothing.unwrap(),
    output: z.object({
      actor: z.looseObject({ kind: z.string(), id: z.string(), name: z.string(), role: z.enum(['member', ...roles]) }),
    }),
    command: 'whoami',
  }),
}

/** By the noun that they are about, as the document groups them. */
export const register = {
  Token: tokenOperations,
  Overview: overviewOperations,
  People: peopleOperations,
  Projects: { ...projectOperations, ...blueprintOperations },
  Channels: channelOperations,
  Servers: serverOperations,
  Environments: {
    ...environmentOperations,
    ...holdOperations,
    ...driftOperations,
    ...followingOperations,
    ...freezeOperations,
    ...scheduleOperations,
  },
  Hooks: { ...hookOperations, ...hookHistoryOperations },
  Variables: variableOperations,
  Files: fileOperations,
  Webhooks: webhookOperations,
  Deployments: deploymentOperations,
  Releases: { ...releaseOperations, ...previewOperations },
} satisfies Record<string, Record<string, Operation>>

/** All of them, with name and group. */
export function everyOperation(): { name: string; tag: string; entry: Operation }[] {
  return Object.entries(register).flatMap(([tag, entries]) =>
    Object.entries(entries).map(([name, entry]) => ({ name, tag, entry })),
  )
}
