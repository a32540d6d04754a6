// A repository, environments that follow it, and somebody who tells of pushes: real git and Postgres, no server is touched.
import { randomBytes, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { openSecrets } from '@/lib/secrets.ts'
import type { Outcome, Push, ToldCheck } from '@/lib/spec/push.ts'
import { triggers } from '@/lib/spec/triggers.ts'
import { openDatabase } from '@/lib/store/database.ts'
import { addDelivery } from '@/lib/store/deliveries.ts'
import { followOnce } from '@/lib/worker/pushes.ts'
import { testDatabase } from '../database.ts'
import { Repository, temporaryFolder } from '../git/fixtures.ts'

export type FollowingPlace = Awaited<ReturnType<typeof openFollowing>>

export async function openFollowing() {
  const database = await testDatabase()
  const folder = temporaryFolder()
  const db = openDatabase(database.url)
  const secrets = openSecrets(randomBytes(32))
  const repository = new Repository(join(folder, 'repository'))
  const mirrors = await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [`${folder}/`] })
  const worker = { db, secrets, mirrors, log: pino({ level: 'silent' }) }
  const { id: projectId } = await db.prisma.project.create({
    data: { name: 'Shop', slug: 'shop', repositoryUrl: repository.path, access: 'none' },
  })
  const { id: serverId } = await db.prisma.server.create({
    data: { name: 'web-1', host: '127.0.0.1', user: 'deployer', privateKey: Buffer.from('x'), publicKey: 'x' },
  })
  const { signal } = new AbortController()
  const tipOf = (kind: Push['kind'], name: string): string | null =>
    repository.git('for-each-ref', '--format=%(objectname)', `refs/${kind === 'tag' ? 'tags' : 'heads'}/${name}`) ||
    null

  return {
    db,
    repository,
    projectId,
    worker,
    /** An environment of the branch main that follows what `wanted` says. */
    async environment(name: string, wanted: object = {}): Promise<string> {
      const { id } = await db.prisma.environment.create({
        data: {
          projectId,
          name,
          slug: name,
          branch: 'main',
          permissions: {},
          triggers: triggers.parse({ isOn: true, ...wanted }),
          targets: { create: { serverId, root: `/srv/${name}` } },
        },
      })
      return id
    },
    /** Somebody tells, of what there is unless it says otherwise, and a worker sees to it: what came of it. */
    async tell(...pushes: Partial<Push>[]): Promise<Outcome[]> {
      const filled = pushes.map((push) => {
        const { kind, name, pusher } = { kind: 'branch', name: 'main', pusher: 'Ada', ...push } as const
        return { kind, name, pusher, commit: push.commit === undefined ? tipOf(kind, name) : push.commit }
      })
      return this.deliver({ type: 'pushes', pushes: filled })
    },
    async tellChecks(...checks: ToldCheck[]): Promise<Outcome[]> {
      return this.deliver({ type: 'checks', checks })
    },
    async deliver(told: Parameters<typeof addDelivery>[1]['told']): Promise<Outcome[]> {
      const key = randomUUID()
      await addDelivery(db, { projectId, key, event: 'push', words: '', told })
      await this.follow()
      const row = await db.prisma.delivery.findFirstOrThrow({ where: { key } })
      return row.outcomes as Outcome[]
    },
    /** Until nothing is due. */
    async follow(): Promise<void> {
      while (await followOnce(worker, signal));
    },
    /** The runs of an environment in order: commit and status. */
    async runs(environmentId: string): Promise<{ commit: string | undefined; status: string; number: number }[]> {
      const rows = await db.prisma.deployment.findMany({ where: { environmentId }, orderBy: { number: 'asc' } })
      return rows.map(({ source, status, number }) => ({
        commit: (source as { commit?: string }).commit,
        status,
        number,
      }))
    },
    /** As a worker does that flies a run, without a server: from now on it is running, or has ended so. */
    async set(environmentId: string, number: number, status: string): Promise<void> {
      await db.prisma.deployment.update({
        where: { environmentId_number: { environmentId, number } },
        data: { status },
      })
    },
    /** The commit is live on all servers, or one: release and environment say so. */
    async live(environmentId: string, number: number, revision: string, targetId?: string): Promise<void> {
      const release = await db.prisma.release.create({
        data: {
          environmentId,
          number,
          name: `deployment_${number}`,
          revision,
          ref: 'main',
          subject: '',
          author: '',
          state: 'complete',
        },
      })
      await db.prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id } })
      await db.prisma.target.updateMany({
        where: { environmentId, ...(targetId !== undefined && { id: targetId }) },
        data: { liveRelease: release.name },
      })
    },
    async close(): Promise<void> {
      await db.close()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
