// Somebody pushes to a Git host; it tells the panel the way each provider does; seconds later the commit is live, once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWebhook } from '@/lib/panel/webhooks.ts'
import { rollBack } from '@/lib/panel/releases.ts'
import { followAgain, readFollowing } from '@/lib/panel/following.ts'
import { providers, type Provider } from '@/lib/spec/push.ts'
import { isBuilt } from '../../scripts/build-panel.ts'
import { actor, openPanels, type Panels } from './panels.ts'

describe.runIf(isBuilt())('a push to a Git host', () => {
  let panels: Panels
  beforeAll(async () => {
    panels = await openPanels({ webs: 1, workers: 1 })
  })
  afterAll(() => panels.close())

  /** The repository tells the panel of its pushes as `provider` does. */
  async function connect(project: { id: string; name: string }, provider: Provider): Promise<void> {
    const { webhook, secret } = await createWebhook(panels.ctx, actor, { projectId: project.id, provider })
    panels.git.addHook(project.name, { provider, url: `${panels.urls[0]}${webhook.path}`, secret })
  }

  const live = (root: string): Promise<string> => panels.host.shell(`cat ${root}/current/index.html 2>/dev/null || :`)
  const runs = (environmentId: string) =>
    panels.ctx.db.prisma.deployment.findMany({
      where: { environmentId },
      select: { number: true, status: true, kind: true, requestedBy: true },
      orderBy: { number: 'asc' },
    })
  const ended = (environmentId: string, number: number) =>
    expect
      .poll(async () => (await runs(environmentId)).find((run) => run.number === number)?.status, { timeout: 60_000 })
      .toMatch(/succeeded|failed|cancelled/)

  it.each(providers)('of %s is deployed once, wherever its branch is followed', async (provider) => {
    const project = await panels.project(provider)
    await connect({ id: project.id, name: provider }, provider)
    const followed = await panels.environment(project.id, 'production')
    const tagged = await panels.environment(project.id, 'tagged', { tags: ['/v[0-9]+/'] })
    project.clone.write('index.html', 'one')
    project.clone.commit('first')
    await project.push('main')
    await ended(followed.id, 1)
    expect(await live(followed.root)).toBe('one')
    expect(await runs(followed.id)).toEqual([
      { number: 1, status: 'succeeded', kind: 'deploy', requestedBy: 'system:push' },
    ])
    expect(await runs(tagged.id)).toEqual([])
    await project.push('HEAD:refs/tags/v1')
    await ended(tagged.id, 1)
    expect(await live(tagged.root)).toBe('one')
    const answered = panels.git.told.filter((one) => one.provider === provider)
    expect(answered.map(({ status }) => status)).toEqual([202, 202])
    expect(await runs(followed.id)).toHaveLength(1)
  })

  it('waits after a roll back, until somebody lets pushes be deployed again', async () => {
    const project = await panels.project('held')
    await connect({ id: project.id, name: 'held' }, 'github')
    const { id, root } = await panels.environment(project.id, 'production')
    const push = async (text: string): Promise<void> => {
      project.clone.write('index.html', text)
      project.clone.commit(text)
      await project.push('main')
    }
    await push('one')
    await ended(id, 1)
    await push('two')
    await ended(id, 2)
    await rollBack(panels.ctx, actor, { environmentId: id })
    await ended(id, 3)
    expect(await live(root)).toBe('one')
    await push('three')
    await expect
      .poll(async () => (await readFollowing(panels.ctx, actor, { environmentId: id })).waiting, { timeout: 60_000 })
      .not.toBeNull()
    expect(await runs(id)).toHaveLength(3)
    await followAgain(panels.ctx, actor, { environmentId: id })
    await ended(id, 4)
    expect(await live(root)).toBe('three')
  })
})
