// Two OpenSSH servers, one after the other: the second waits until the panel has seen that the first is ready.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEvents } from '@/lib/store/events.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

let fleet: FleetPlace
let application: Server
let port: number
/** How many more times it is well. */
let isWell = Number.POSITIVE_INFINITY
beforeAll(async () => {
  fleet = await openFleetPlace(2)
  await fleet.place.worker()
  application = createServer((_, response) => response.writeHead((isWell -= 1) < 0 ? 503 : 200).end()).listen(0)
  await once(application, 'listening')
  ;({ port } = application.address() as AddressInfo)
})
afterAll(async () => {
  await fleet.close()
  application.close()
})

test('a batch waits for what the panel asks of the one before, and one that is not ready puts both back', async () => {
  const check = { kind: 'httpGet', name: 'up', from: 'panel', port, totalSeconds: 1, pauseSeconds: 1 }
  const options = { readiness: [check], strategy: { batch: 'one' } }
  const environment = await fleet.environment({ options })
  const deploy = async (page: string) => {
    environment.repository.write('index.html', page)
    environment.repository.commit(page)
    const { id } = await fleet.place.request(environment.id)
    return { id, state: await fleet.place.finished(id) }
  }
  const first = await deploy('one')
  expect(first.state).toMatchObject({ status: 'succeeded', failure: null })
  const events = await readEvents(fleet.place.db.pool, first.id)
  const told = events.flatMap(({ type }) => (type === 'batch.began' || type.startsWith('readiness.') ? [type] : []))
  const asked = ['batch.began', 'readiness.began', 'readiness.ended']
  expect(told).toEqual([...asked, ...asked])

  isWell = 1
  const { state } = await deploy('two')
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'not_ready', server: 'web-2', step: 'ready: up' } })
  expect(state.checks.map(({ ended }) => ended?.ok)).toEqual([true, false])
  expect(state.undos.map(({ segment }) => segment).sort()).toEqual(['undo-1', 'undo-2'])
  expect(await fleet.everywhere(environment, 'cat current/index.html')).toEqual(['one', 'one'])
})

test('visitors are let in where the panel has found a server ready, and a stop before that puts it back', async () => {
  const check = { kind: 'httpGet', name: 'up', from: 'panel', port, totalSeconds: 1, pauseSeconds: 1 }
  const note = (what: string) => `echo ${what} $(cat index.html 2>/dev/null) >>$FAIRLEAD_ROOT/visitors`
  const environment = await fleet.environment({
    options: { readiness: [check], strategy: { batch: 'one', onFailure: 'leave' } },
    hooks: ['out', 'in'].map((way) => ({ event: `traffic.${way}`, text: note(way) })),
  })
  const deploy = async (page: string) => {
    environment.repository.write('index.html', page)
    environment.repository.commit(page)
    const { id } = await fleet.place.request(environment.id)
    return { id, state: await fleet.place.finished(id) }
  }
  const visitors = () => fleet.everywhere(environment, 'cat visitors; rm visitors')
  isWell = Number.POSITIVE_INFINITY
  const first = await deploy('one')
  expect(first.state).toMatchObject({ status: 'succeeded', failure: null })
  expect(await visitors()).toEqual(['in one\n', 'in one\n'])
  const events = await readEvents(fleet.place.db.pool, first.id)
  const order = events.flatMap((event) => {
    if (event.type === 'readiness.ended') return ['asked']
    return event.type === 'segment.started' && event.data.segment.startsWith('switch-') ? [event.data.segment] : []
  })
  expect(order).toEqual(['switch-1', 'asked', 'switch-1-2', 'switch-2', 'asked', 'switch-2-2'])

  isWell = 1
  const { state } = await deploy('two')
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'not_ready', server: 'web-2' } })
  // The first was found ready, and keeps what it has; the second never let anybody see what it had.
  expect(await visitors()).toEqual(['out one\nin two\n', 'out one\nout two\nin one\n'])
  expect(await fleet.everywhere(environment, 'cat current/index.html')).toEqual(['two', 'one'])
})
