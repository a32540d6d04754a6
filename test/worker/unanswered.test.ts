// A server that takes connections and says nothing: nobody has to wait for it.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestCancel } from '@/lib/store/wishes.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
const silent = createServer((socket) => socket.resume().on('error', () => {}))
beforeAll(async () => {
  place = await openPlace()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
})
afterAll(() => place.close())

test('a deployment that is cancelled while its server is dialled is cancelled, and not failed when nobody answered', async () => {
  const dialled = once(silent, 'connection')
  const { port } = silent.address() as AddressInfo
  await place.worker({ address: { host: '127.0.0.1', port } })
  const { repository, id } = await place.environment({ env: 'A=1\n' })
  repository.write('index.html', 'one')
  repository.commit('first')
  const { id: deploymentId } = await place.request(id)
  await place.until(deploymentId, ({ release }) => release !== null)
  const [socket] = (await dialled) as [Socket]
  await requestCancel(place.db, { deploymentId, by: 'user:1', byName: 'Ada' })
  expect(await place.finished(deploymentId)).toMatchObject({ status: 'cancelled', failure: null, segments: [] })
  // Nobody is there any more, or the worker would wait for this one to the end of its time.
  silent.close()
  socket.destroy()
})
