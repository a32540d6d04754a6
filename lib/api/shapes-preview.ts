// What a preview and a comparison show. Workers answer with the same schemas.
import { z } from 'zod'
import { fileTargets } from '@/lib/deploy/types.ts'
import { commitView } from './shapes.ts'
import { finding, lifecycleEvent, releaseView } from './shapes-deployments.ts'

const sha256 = z.string().describe('SHA-256 in hexadecimal digits.')

export const treeChange = z
  .object({
    commits: z.array(commitView).describe('What is new, newest first; at most 200.'),
    ahead: z.int().describe('How many commits are new.'),
    behind: z.int().describe('How many commits of the release before are not in the other one: more than 0 goes back.'),
    files: z.int(),
    changed: z
      .array(z.object({ path: z.string(), change: z.enum(['added', 'changed', 'removed']) }))
      .describe('At most 200 files.'),
  })
  .meta({ id: 'TreeChange' })
export type TreeChangeView = z.infer<typeof treeChange>

export const nameChanges = z
  .object({ added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) })
  .meta({ id: 'VariableChanges' })

const origin = z.enum(['fairlead', 'repository', 'panel'])
const hookChange = z.object({
  name: z.string(),
  event: lifecycleEvent,
  origin,
  change: z.enum(['added', 'removed', 'changed']),
})
export const hookChanges = z.array(hookChange)
export type HookChangeView = z.infer<typeof hookChange>

const previewFile = z
  .object({
    target: z.enum(fileTargets),
    path: z.string(),
    owner: z.string().nullable().describe('null = as the others there; on the server, root or the user that signs in.'),
    group: z.string().nullable(),
    mode: z.string().nullable().describe('Four octal digits; null = it is taken away.'),
    change: z.enum(['added', 'changed', 'same', 'removed']).describe('Against the live release.'),
  })
  .meta({ id: 'PreviewFile' })
export type PreviewFile = z.infer<typeof previewFile>

const previewStep = z
  .object({
    n: z.int(),
    name: z.string(),
    stage: z.enum(['check', 'ship', 'switch', 'finish', 'undo']),
    phase: z.enum(['main', 'failure']),
    origin,
    event: lifecycleEvent.nullable(),
    user: z.string().nullable().describe('Who it runs as; null = the user that signs in on the server.'),
    timeoutMs: z.number(),
    failure: z.enum(['stops', 'ignored']),
    path: z.string().nullable().describe('The file of the repository that is run.'),
    text: z.string().nullable().describe('The very text that runs, secrets masked; null when it could not be read.'),
    files: z.array(previewFile).describe('Files of the panel that it writes or takes away, never what is in them.'),
  })
  .meta({ id: 'PreviewStep' })
export type PreviewStep = z.infer<typeof previewStep>

const previewServer = z
  .object({
    targetId: z.uuid(),
    server: z.string(),
    host: z.string(),
    user: z.string(),
    root: z.string(),
    steps: z.array(previewStep),
    undo: z.array(previewStep).describe('What puts the release before back, should something fail after the switch.'),
    program: z.string().describe('The whole program that the server is sent, secrets masked.'),
  })
  .meta({ id: 'PreviewServer' })
export type PreviewServer = z.infer<typeof previewServer>

const contents = z
  .object({
    submodules: z.array(
      z.object({
        path: z.string(),
        url: z.string(),
        revision: z.string().describe('The commit that the repository names.'),
        before: z.string().nullable().describe('The commit in the live release; null when it had none there.'),
      }),
    ),
    lfs: z.object({ files: z.int(), bytes: z.number() }).nullable().describe('Files that Git LFS keeps.'),
  })
  .meta({ id: 'TreeContents' })

export const previewView = z
  .object({
    environmentId: z.uuid(),
    kind: z.enum(['deploy', 'activate', 'configure', 'remove']),
    ref: z.string(),
    planHash: sha256.describe('Send it as `expectedHash` to run exactly this, or nothing.'),
    release: z
      .string()
      .describe('The directory of the release; its number is settled when the deployment is requested.'),
    commit: commitView.nullable(),
    live: z.object({ name: z.string(), number: z.int().nullable(), revision: z.string().nullable() }).nullable(),
    change: treeChange.nullable().describe('From the live release; null when there is none, or its commit is gone.'),
    variables: nameChanges.extend({ number: z.int().nullable() }),
    hooks: hookChanges.describe('Against those that the live release was deployed with.'),
    contents: contents.describe('What is deployed beside the files of the repository itself.'),
    strategy: z
      .array(z.string())
      .describe('How several servers would change, in sentences; empty where nothing switches.'),
    servers: z.array(previewServer),
    exports: z
      .record(z.string(), z.string())
      .describe('What every hook finds in its environment beside the variables.'),
    disk: z.object({ needBytes: z.number(), needInodes: z.number(), sendBytes: z.number() }),
    findings: z.array(finding),
  })
  .meta({ id: 'Preview' })
export type PreviewView = z.infer<typeof previewView>

export const comparisonView = z
  .object({
    from: releaseView,
    to: releaseView,
    change: treeChange.nullable().describe('null when one of the commits is gone from the repository.'),
    variables: nameChanges.extend({ from: z.int().nullable(), to: z.int().nullable() }),
    hooks: hookChanges,
  })
  .meta({ id: 'Comparison' })
export type ComparisonView = z.infer<typeof comparisonView>
