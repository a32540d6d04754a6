import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

test('deploys, deploys again, activates the first with its variables', async () => {
  const { id, root, repository } = await place.environment({ env: 'GREETING=one\nSECRET=hunter2hunter2\n' })
  repository.write('index.html', 'one')
  repository.write('.amezmo/after.pull', 'echo "hello $GREETING $SECRET"\n')
  repository.commit('first')
  const first = await place.request(id)
  expect(await place.finished(first.id)).toMatchObject({ status: 'succeeded', failure: null })
  expect(await place.host.shell(`cat ${root}/current/index.html ${root}/current/.env`)).toBe(
    'oneGREETING=one\nSECRET=hunter2hunter2\n',
  )

  await place.saveVariables(id, 2, 'GREETING=two\n')
  repository.write('index.html', 'two')
  repository.commit('second')
  const second = await place.request(id)
  expect(await place.finished(second.id)).toMatchObject({ status: 'succeeded' })
  expect(await place.host.shell(`cat ${root}/current/index.html ${root}/current/.env`)).toBe('twoGREETING=two\n')

  const back = await place.request(id, { type: 'release', number: first.number })
  expect(await place.finished(back.id)).toMatchObject({ status: 'succeeded', kind: 'activate' })
  expect(await place.host.shell(`cat ${root}/current/index.html ${root}/current/.env`)).toBe(
    'oneGREETING=one\nSECRET=hunter2hunter2\n',
  )
})
