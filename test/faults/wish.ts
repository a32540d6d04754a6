// What is asked for in a trial: a new commit, another release that is there, or other variables or files for the live one.
import { createHash, randomUUID } from 'node:crypto'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { applyConfigFiles } from '@/lib/panel/files-apply.ts'
import { saveConfigFile } from '@/lib/panel/files.ts'
import { activateRelease, listReleases } from '@/lib/panel/releases.ts'
import { applyVariables, saveVariables } from '@/lib/panel/variables.ts'
import { actor } from './panel.ts'
import type { Panel } from './panel.ts'
import { secret } from './sample.ts'
import { placedFile } from './server.ts'
import type { Seen } from './server.ts'
import type { Site } from './site.ts'
import type { Act } from './trial.ts'

export type Wish = {
  /** Below the environment, for whoever asks over HTTP. */
  path: string
  ask(): Promise<{ id: string; number: number }>
  /** The same one is one deployment, however often it is asked for. */
  key: string
  /** path → hash that the commit has; null when no release is made. */
  files: Record<string, string> | null
  /** The release that should be live when it succeeds; null = the one that it makes. */
  activates: string | null
  /** What the live release's variables, or the file beside it, hash to when it succeeds. */
  env: string | null
  placed: string | null
}

export async function decide({ ctx, sample }: Panel, { environmentId }: Site, act: Act, before: Seen): Promise<Wish> {
  const key = randomUUID()
  const request = { environmentId, idempotencyKey: key }
  const wish = { key, files: null, activates: before.current, env: null, placed: null }
  if (act === 'variables' && before.current !== '') {
    const text = `SECRET=${secret}\nROUND=${key}\n`
    await saveVariables(ctx, actor, { environmentId, text })
    return { ...wish, path: '/variables/apply', ask: () => applyVariables(ctx, actor, request), env: sha256(text) }
  }
  if (act === 'files' && before.current !== '') {
    const content = `round ${key}\n`
    await saveConfigFile(ctx, actor, { environmentId, target: 'shared', path: placedFile, content })
    return { ...wish, path: '/files/apply', ask: () => applyConfigFiles(ctx, actor, request), placed: sha256(content) }
  }
  const other =
    act === 'activate'
      ? (await listReleases(ctx, actor, { environmentId })).find(
          ({ state, name }) => state === 'complete' && name !== before.current,
        )
      : undefined
  if (other) {
    const { number, name } = other
    const ask = () => activateRelease(ctx, actor, { ...request, number })
    return { ...wish, path: `/releases/${number}/activate`, ask, activates: name }
  }
  // With a single release there is nothing else to activate: a new one is made.
  const { files } = sample.commit(act === 'fail')
  return { ...wish, path: '/deployments', ask: () => requestDeployment(ctx, actor, request), files, activates: null }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
