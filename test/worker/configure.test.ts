import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestCancel } from '@/lib/store/wishes.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

const first = 'GREETING=one\nSECRET=hunter2hunter2\n'
const second = 'GREETING=two\r\nSECRET="correct-horse"\n'
type Hooks = NonNullable<Parameters<Place['environment']>[0]>['hooks']

/** An environment whose first deployment, with set 1, is live; set 2 is saved and not applied. */
async function liveSite(hooks: Hooks = [], files: Record<string, string> = {}) {
  const environment = await place.environment({ env: first, hooks })
  for (const [path, text] of Object.entries({ 'index.html': 'one', ...files })) environment.repository.write(path, text)
  environment.repository.commit('first')
  const made = await place.request(environment.id)
  expect(await place.finished(made.id)).toMatchObject({ status: 'succeeded' })
  await place.saveVariables(environment.id, 2, second)
  const apply = () => place.request(environment.id, { type: 'variables', number: 2 })
  const env = () => place.host.shell(`cat ${environment.root}/current/.env`)
  const standing = () =>
    place.db.prisma.release.findFirstOrThrow({
      where: { environmentId: environment.id, number: made.number },
      select: { variableSet: { select: { number: true, sha256: true } }, envSha256: true },
    })
  return { ...environment, made, apply, env, standing }
}
const setOf = async (site: Awaited<ReturnType<typeof liveSite>>): Promise<number | undefined> => {
  const { variableSet, envSha256 } = await site.standing()
  expect(envSha256).toBe(variableSet?.sha256)
  return variableSet?.number
}

test('applies new variables to the live release, and activating it later brings them back', async () => {
  const site = await liveSite([], {
    '.amezmo/config/before-change': 'cat .env; echo "before: $GREETING $SECRET"\n',
    '.amezmo/config/after-change': 'cat .env; echo "after: $GREETING $TARGET_HOOK"\n',
  })
  const { id } = await site.apply()
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded', kind: 'configure', undo: null })
  expect(await site.env()).toBe(second)
  expect(await setOf(site)).toBe(2)
  expect(await place.log(id, 'main', 2)).toBe('GREETING=one\nSECRET=[redacted]\nbefore: two [redacted]\n')
  expect(await place.log(id, 'main', 4)).toBe('GREETING=two\r\nSECRET="[redacted]"\nafter: two config/after-change\n')

  await place.saveVariables(site.id, 3, 'GREETING=three\n')
  const next = await place.request(site.id)
  expect(await place.finished(next.id)).toMatchObject({ status: 'succeeded' })
  expect(await site.env()).toBe('GREETING=three\n')
  const back = await place.request(site.id, { type: 'release', number: site.made.number })
  expect(await place.finished(back.id)).toMatchObject({ status: 'succeeded', kind: 'activate' })
  expect(await site.env()).toBe(second)
})

test('leaves everything as it was when config/before-change fails', async () => {
  const site = await liveSite([], { '.amezmo/config/before-change': 'exit 3\n' })
  const { id } = await site.apply()
  expect(await place.finished(id)).toMatchObject({
    status: 'failed',
    failure: { code: 'command_failed', step: 'config/before-change', exit: 3 },
    undo: null,
  })
  expect([await site.env(), await setOf(site)]).toEqual([first, 1])
})

test('goes on when config/after-change fails, as the life cycle has it', async () => {
  const site = await liveSite([], { '.amezmo/config/after-change': 'exit 3\n' })
  const { id } = await site.apply()
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded' })
  expect([await site.env(), await setOf(site)]).toEqual([second, 2])
})

test('is undone when a config/after-change fails that is to stop it', async () => {
  const site = await liveSite([{ event: 'config/after-change', text: 'echo "$GREETING"; [ "$GREETING" = one ]\n' }])
  await place.db.prisma.hookRevision.updateMany({ where: { environmentId: site.id }, data: { failure: 'stops' } })
  const { id } = await site.apply()
  expect(await place.finished(id)).toMatchObject({
    status: 'failed',
    failure: { code: 'command_failed', step: 'config/after-change (panel)', exit: 1 },
    undo: { segment: 'undo' },
  })
  expect([await site.env(), await setOf(site)]).toEqual([first, 1])
  expect([await place.log(id, 'main', 3), await place.log(id, 'undo', 2)]).toEqual(['two\n', 'one\n'])
})

test('is undone when it is cancelled after the change, and hooks of the undo get the variables before', async () => {
  const site = await liveSite([], {
    '.amezmo/config/after-change':
      'echo "$GREETING $SECRET $(head -n 1 .env)"\n[ "$GREETING" = one ] || exec sleep 600\n',
  })
  const { id } = await site.apply()
  await place.until(id, ({ committed, segments }) => committed !== null && segments[0]?.steps.length === 3)
  expect(await site.env()).toBe(second)
  await requestCancel(place.db, { deploymentId: id, by: 'user:1', byName: 'Ada' })
  const state = await place.finished(id)
  expect(state).toMatchObject({ status: 'cancelled', failure: null, undo: { release: state.release } })
  expect([await site.env(), await setOf(site)]).toEqual([first, 1])
  expect(await place.log(id, 'undo', 2)).toBe('one [redacted] GREETING=one\n')
  expect(await place.host.shell(`grep -rlE 'hunter2|correct-horse' ${site.root}/.fairlead || :`)).toBe('')
})

test('is undone by whoever finds that the server died in the middle of it', async () => {
  const site = await liveSite([], { '.amezmo/config/after-change': '[ "$GREETING" = one ] || exec sleep 600\n' })
  const { id } = await site.apply()
  await place.until(id, ({ committed, segments }) => committed !== null && segments[0]?.steps.length === 3)
  await place.host.shell(`kill -KILL $(cut -d ' ' -f 1 ${site.root}/.fairlead/run/2/main/pid)`)
  const state = await place.finished(id)
  expect(state).toMatchObject({ status: 'failed', failure: { code: 'server_restarted' } })
  expect([await site.env(), await setOf(site)]).toEqual([first, 1])
})

test('touches nothing when a set cannot be decrypted, and says which', async () => {
  const site = await liveSite()
  await place.db.prisma.variableSet.updateMany({
    where: { environmentId: site.id, number: 2 },
    data: { text: new Uint8Array(60) },
  })
  const { id } = await site.apply()
  const state = await place.finished(id)
  expect(state).toMatchObject({ status: 'failed', failure: { message: expect.stringContaining('set 2') as string } })
  expect(state.segments).toEqual([])
  expect([await site.env(), await setOf(site)]).toEqual([first, 1])

  const again = await place.request(site.id)
  expect(await place.finished(again.id)).toMatchObject({
    status: 'failed',
    failure: { message: expect.stringContaining('set 2') as string },
    segments: [],
  })
  expect(await site.env()).toBe(first)
})

test('takes secrets out of logs, in any spelling, and leaves what may be read', async () => {
  const secret = 'correct-horse/battery'
  const site = await liveSite([], {
    '.amezmo/config/after-change':
      'printf "%s\\n" "$MAIL_FROM" "$PASSWORD"; printf %s "$PASSWORD" | base64; echo "$MULTI"; echo "u=correct-horse%2Fbattery"\n',
  })
  await place.saveVariables(
    site.id,
    3,
    `MAIL_FROM=shop@example.org\nPASSWORD=${secret}\nMULTI="first-line\nsecond-line"\n`,
  )
  await place.db.prisma.variableSet.updateMany({
    where: { environmentId: site.id, number: 3 },
    data: { secrets: ['PASSWORD', 'MULTI'] },
  })
  const { id } = await place.request(site.id, { type: 'variables', number: 3 })
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded' })
  expect(await place.log(id, 'main', 3)).toBe('shop@example.org\n[redacted]\n[redacted]\n[redacted]\nu=[redacted]\n')
})
