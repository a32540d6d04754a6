// A server that was given up goes on by itself: the next deployment finds out what has become of it.
import { expect, test } from 'vitest'
import { openConnector } from '@/lib/ssh/connector.ts'
import { ensurePanelId } from '@/lib/store/settings.ts'
import { giveUp, requestCancel } from '@/lib/store/wishes.ts'
import { lookForDrift } from '@/lib/worker/drift.ts'
import { openRelay } from '../ssh/relay.ts'
import { openPlace } from './place.ts'

test('a first release that went live after its server was given up is what the next deployment leaves', async () => {
  const place = await openPlace()
  const relay = await openRelay(place.host.address)
  const worker = await place.worker({ address: { host: relay.address.host, port: relay.address.port } })
  const { id, root, repository } = await place.environment()
  repository.write('index.html', 'one')
  repository.write(
    '.fairlead/before.deploy',
    `touch ${root}/begun; echo here; until [ -e ${root}/go ]; do sleep .1; done\n`,
  )
  repository.write('.fairlead/after.deploy', `touch ${root}/live\n`)
  repository.commit('first')
  const { id: deploymentId } = await place.request(id)
  const ada = { deploymentId, by: 'user:1', byName: 'Ada' }
  await place.until(deploymentId, async () => (await place.host.shell(`ls ${root}`)).includes('begun'))
  relay.refuseNext(1_000_000)
  relay.cut()
  await place.until(deploymentId, ({ segments }) => segments.some(({ looking }) => looking !== null))
  await requestCancel(place.db, ada)
  await giveUp(place.db, ada)
  expect(await place.finished(deploymentId)).toMatchObject({ status: 'failed', failure: { code: 'connection_lost' } })
  await place.host.shell(`touch ${root}/go; until [ -e ${root}/live ]; do sleep .1; done`)

  relay.refuseNext(0)
  repository.write('index.html', 'two')
  repository.commit('second')
  const next = await place.request(id)
  expect(await place.finished(next.id)).toMatchObject({ status: 'succeeded' })
  expect(await place.host.shell(`cat ${root}/current/index.html`)).toBe('two')
  await worker.stop()
  await relay.close()
  await place.close()
})

test('what is still running on a server that was given up is no word on what is live there', async () => {
  const place = await openPlace()
  const relay = await openRelay(place.host.address)
  const worker = await place.worker({ address: { host: relay.address.host, port: relay.address.port } })
  const { id, root, repository } = await place.environment()
  repository.commit('first')
  expect(await place.finished((await place.request(id)).id)).toMatchObject({ status: 'succeeded' })
  repository.write('.fairlead/before.deploy', `touch ${root}/begun; until [ -e ${root}/go ]; do sleep .1; done\n`)
  repository.write('.fairlead/after.deploy', `touch ${root}/live\n`)
  repository.commit('second')
  const { id: deploymentId } = await place.request(id)
  await place.until(deploymentId, async () => (await place.host.shell(`ls ${root}`)).includes('begun'))
  relay.refuseNext(1_000_000)
  relay.cut()
  await place.until(deploymentId, ({ segments }) => segments.some(({ looking }) => looking !== null))
  await requestCancel(place.db, { deploymentId, by: 'user:1', byName: 'Ada' })
  await giveUp(place.db, { deploymentId, by: 'user:1', byName: 'Ada' })
  await place.finished(deploymentId)
  relay.refuseNext(0)

  const connector = openConnector()
  const looker = { db: place.db, secrets: place.secrets, panelId: await ensurePanelId(place.db), connector }
  const target = () => place.db.prisma.target.findFirstOrThrow({ where: { environmentId: id } })
  const look = async () => lookForDrift(looker, (await target()).id, AbortSignal.timeout(30_000))
  expect(await look()).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('still running') })
  expect((await target()).unknownSince).not.toBeNull()
  await place.host.shell(`touch ${root}/go; until [ -e ${root}/.fairlead/run/2/main/done ]; do sleep .1; done`)
  expect(await look()).toMatchObject({ verdict: 'differs' })
  expect(await target()).toMatchObject({ unknownSince: null, liveRelease: expect.stringContaining('deployment_2') })
  await worker.stop()
  await connector.close()
  await relay.close()
  await place.close()
})
