// What nobody means to do to a deployment, and what must come of it all the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canMakeMachines } from '../hosts/hosts.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

/** An environment whose first release is live, and its next commit, which has `hooks`. */
async function deployed(hooks: Record<string, string> = {}) {
  const environment = await place.environment({ env: 'A=1\n' })
  const { repository, id } = environment
  repository.write('index.html', 'one')
  repository.commit('first')
  const first = await place.request(id)
  expect(await place.finished(first.id)).toMatchObject({ status: 'succeeded' })
  repository.write('index.html', 'two')
  for (const [event, text] of Object.entries(hooks)) repository.write(`.fairlead/${event}`, text)
  repository.commit('second')
  return { ...environment, first }
}

const page = (root: string) => place.host.shell(`cat ${root}/current/index.html`)

test.runIf(canMakeMachines())('a runner that dies right after the rename: the release before is put back', async () => {
  const { id, root } = await deployed()
  // The rename itself is done, and not a word of it gets into the journal.
  const dying = [
    '#!/bin/sh',
    '/bin/mv "$@"; r=$?',
    'for last; do :; done',
    `if [ "$last:$PWD" = "current:${root}" ] && [ ! -e died ]; then touch died; kill -KILL $PPID; fi`,
    'exit $r',
  ]
  await place.host.shell(`printf '%s\\n' '${dying.join("' '")}' >/usr/local/bin/mv && chmod 755 /usr/local/bin/mv`)
  const { id: deployment } = await place.request(id)
  const state = await place.finished(deployment)
  await place.host.shell('rm /usr/local/bin/mv')
  expect(await place.host.shell(`ls ${root}/died`)).toContain('died')
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'server_restarted' }, undo: { segment: 'undo' } })
  expect(await page(root)).toBe('one')
})
