// Many deliveries at once, doubled, late and in disorder, while the branch moves: two webs take them, two workers follow.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isBuilt } from '../../scripts/build-panel.ts'
import { createWebhook } from '@/lib/panel/webhooks.ts'
import { delivery, type Pushed } from './payloads.ts'
import { actor, openPanels, type Panels } from './panels.ts'

const pushes = 10
const each = 20

describe.runIf(isBuilt())('deliveries to two webs and two workers', () => {
  let panels: Panels
  beforeAll(async () => {
    panels = await openPanels({ webs: 2, workers: 2 })
  })
  afterAll(() => panels.close())

  /** What is there of runs and deliveries, and what is live on the server. */
  async function state(environmentId: string) {
    const { prisma } = panels.ctx.db
    const runs = await prisma.deployment.findMany({ where: { environmentId }, orderBy: { number: 'asc' } })
    const { liveReleaseId } = await prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })
    const live = liveReleaseId && (await prisma.release.findUniqueOrThrow({ where: { id: liveReleaseId } })).revision
    return { live, runs: runs.map(({ source, status }) => ({ commit: (source as { commit: string }).commit, status })) }
  }

  it(`${pushes * each} of them end on the newest commit, and deploy none twice`, async () => {
    const { id: projectId, url, clone, push } = await panels.project('shop')
    const { webhook, secret } = await createWebhook(panels.ctx, actor, { projectId, provider: 'github' })
    const [all, docs, tags, other] = await Promise.all([
      panels.environment(projectId, 'all'),
      panels.environment(projectId, 'docs', { paths: ['docs/**'] }),
      panels.environment(projectId, 'tags', { tags: ['v*'] }),
      panels.environment(projectId, 'other', { branches: ['nobody/*'] }),
    ])
    const statuses: Promise<number>[] = []
    const commits: string[] = []
    let sent = 0
    const send = (ref: Pushed['ref'], before: string, after: string, id: string): void => {
      const { headers, body } = delivery('github', { secret, repositoryUrl: url, ref, before, after, id })
      const to = `${panels.urls[(sent += 1) % panels.urls.length]}${webhook.path}`
      statuses.push(
        fetch(to, { method: 'POST', headers, body }).then(async (answer) => (await answer.text(), answer.status)),
      )
    }
    for (let at = 0; at < pushes; at += 1) {
      clone.write('index.html', `${at}`)
      if (at % 4 === 1) clone.write('docs/a.md', `${at}`)
      commits.push(clone.commit(`commit ${at}`))
      await push('main')
      if (at === 2 || at === 7) await push(`HEAD:refs/tags/v${at}`)
      // The newest, twice; the rest are older ones, some of them told before.
      const told = [at, at, ...Array.from({ length: each - 2 }, (_, back) => (at * 7 + back * 3) % (at + 1))]
      for (const [copy, which] of told.entries())
        send(
          'refs/heads/main',
          commits[which - 1] ?? '0'.repeat(40),
          commits[which]!,
          copy < 2 ? `p${which}` : `q${at}-${copy}`,
        )
      if (at === 2 || at === 7) send(`refs/tags/v${at}`, '0'.repeat(40), commits[at]!, `t${at}`)
    }
    expect([...new Set(await Promise.all(statuses))].sort()).toEqual([200, 202])
    const newest = commits.at(-1)
    const newestDocs = commits.filter((_, at) => at % 4 === 1).at(-1)
    await expect
      .poll(async () => (await panels.ctx.db.prisma.delivery.count({ where: { state: 'waiting' } })) === 0, {
        timeout: 120_000,
      })
      .toBe(true)
    const isDone = async (id: string): Promise<boolean> =>
      (await state(id)).runs.every(({ status }) => !['queued', 'running'].includes(status))
    for (const { id } of [all, docs, tags]) await expect.poll(() => isDone(id), { timeout: 120_000 }).toBe(true)

    const ended = await state(all.id)
    expect(ended.live).toBe(newest)
    expect((await state(tags.id)).live).toBe(commits[7])
    // What differs from what is live counts, so a later commit may stand for the one that changed it.
    expect(commits.indexOf((await state(docs.id)).live ?? '')).toBeGreaterThanOrEqual(commits.indexOf(newestDocs!))
    expect((await state(other.id)).runs).toEqual([])
    for (const { id } of [all, docs, tags]) {
      const { runs } = await state(id)
      expect(runs.filter(({ status }) => status !== 'superseded').every(({ status }) => status === 'succeeded')).toBe(
        true,
      )
      const deployed = runs.map(({ commit }) => commit)
      expect(new Set(deployed).size).toBe(deployed.length)
      // Never back: each run is of a newer commit than the one before it.
      const places = deployed.map((commit) => commits.indexOf(commit))
      expect(places).toEqual([...places].sort((one, next) => one - next))
    }
    expect(await panels.host.shell(`cat ${all.root}/current/index.html`)).toBe(`${pushes - 1}`)
  })
})
