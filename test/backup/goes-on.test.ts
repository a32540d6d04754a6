// A panel that is lost while it deploys, and put back from its backup on an empty machine: secrets can be read, and the
// deployment goes on, on a server that never noticed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openContext } from '@/lib/panel/context.ts'
import { createBackup } from '@/lib/panel/backup.ts'
import { ensureKey } from '@/lib/secrets.ts'
import { readSettings } from '@/lib/settings.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { run } from '../cli/program.ts'
import { testDatabase } from '../database.ts'
import { openPlace, type Place } from '../worker/place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())

it('a restored panel takes up the deployment that was running, and reads the secrets that the next one needs', async () => {
  const { id, root, repository } = await place.environment({ env: 'SECRET=hunter2\n' })
  repository.write('index.html', 'one')
  repository.write('.fairlead/after.pull', `until [ -e ${root}/go ]; do sleep .1; done\necho "$SECRET" | wc -c\n`)
  repository.commit('first')
  const worker = await place.worker()
  const { id: deployment } = await place.request(id)
  await place.until(deployment, ({ segments }) => segments.some(({ status }) => status === 'running'))
  await worker.stop()

  const path = join(place.folder, 'panel.backup')
  const passphrase = 'correct horse battery'
  await createBackup(place.db, { key: place.key, passphrase, path })
  const other = await testDatabase({ empty: true })
  const dataDir = join(place.folder, 'restored')
  const env = { DATABASE_URL: other.url, FAIRLEAD_DATA: dataDir }
  // A panel was started here, which made a key of its own, and went no further.
  await ensureKey(join(dataDir, 'secret.key'))
  const wrong = await run(['admin', 'backup', 'restore', path], env, 'another passphrase\n')
  expect(wrong).toMatchObject({ code: 3, err: expect.stringContaining('passphrase') })
  const restored = await run(['admin', 'backup', 'restore', path], env, `${passphrase}\n`)
  expect(restored).toMatchObject({ code: 0, err: expect.stringContaining('rows are back') })
  expect(readFileSync(join(dataDir, 'secret.key'), 'utf8').trim()).toBe(Buffer.from(place.key).toString('hex'))
  expect(readdirSync(dataDir).filter((name) => name.startsWith('secret.key.before-'))).toHaveLength(1)
  expect((await run(['admin', 'backup', 'restore', path], env, `${passphrase}\n`)).code).toBe(4)

  const ctx = openContext(readSettings(env))
  const second = await place.worker({ panel: { url: other.url, secrets: ctx.secrets } })
  try {
    const ended = (which: string) =>
      vi.waitFor(
        async () => {
          const row = await ctx.db.prisma.deployment.findUniqueOrThrow({ where: { id: which } })
          expect(row.finishedAt).not.toBeNull()
          return row
        },
        { timeout: 60_000, interval: 100 },
      )
    await place.host.shell(`touch ${root}/go`)
    expect(await ended(deployment)).toMatchObject({ status: 'succeeded' })
    expect(await place.host.shell(`cat ${root}/current/index.html ${root}/current/.env`)).toBe('oneSECRET=hunter2\n')

    const rotated = await run(['admin', 'rotate-key'], env)
    expect(rotated).toMatchObject({ code: 4, err: expect.stringContaining('worker') })
  } finally {
    await second.stop()
  }
  expect(await run(['admin', 'rotate-key'], env)).toMatchObject({ code: 0, err: expect.stringContaining('2 values') })
  await ctx.db.close()

  // With the new key the server still lets the panel in.
  const again = openContext(readSettings(env))
  const third = await place.worker({ panel: { url: other.url, secrets: again.secrets } })
  try {
    repository.write('index.html', 'two')
    repository.commit('second')
    const source = { type: 'git', ref: 'main' } as const
    const next = await createDeployment(again.db, {
      environmentId: id,
      kind: 'deploy',
      source,
      by: 'user:1',
      byName: 'Ada',
    })
    await vi.waitFor(
      async () => {
        const row = await again.db.prisma.deployment.findUniqueOrThrow({ where: { id: next.id } })
        expect(row.status).toBe('succeeded')
      },
      { timeout: 60_000, interval: 100 },
    )
    expect(await place.host.shell(`cat ${root}/current/index.html`)).toBe('two')
  } finally {
    await third.stop()
    await again.db.close()
    await other.drop()
  }
}, 300_000)
