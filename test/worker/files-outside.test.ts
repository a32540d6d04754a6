// Files of the panel beside releases and anywhere on the server, flown by a worker: with releases, and for the live one.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FileTarget } from '@/lib/deploy/types.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { requestCancel } from '@/lib/store/wishes.ts'
import { canMakeMachines } from '../hosts/hosts.ts'
import { sha256 } from '../ssh/flight.ts'
import { previewPlan } from '@/lib/worker/preview.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

const texts = { one: 'key = first-secret-key\n', two: 'key = second-secret-key\r\n', three: 'key = third-secret-key' }

/** An environment with a shared file and one elsewhere, which its first release is live with; `save` makes new revisions. */
async function site(files: Record<string, string> = {}) {
  const environment = await place.environment({ env: 'A=1\n' })
  for (const [path, text] of Object.entries({ 'index.html': 'one', ...files })) environment.repository.write(path, text)
  environment.repository.commit('first')
  const { id, root } = environment
  const away = (await place.host.person('mktemp -d')).trim()
  const elsewhere = `${away}/sites/shop`
  async function save(target: FileTarget, path: string, text: string | null): Promise<string> {
    const place_ = { environmentId: id, target, path }
    const { prisma } = place.db
    const file = await prisma.configFile.upsert({
      where: { environmentId_target_path: place_ },
      create: place_,
      update: {},
    })
    const number = (await prisma.configFileRevision.count({ where: { fileId: file.id } })) + 1
    const content = text === null ? null : place.secrets.encrypt(text)
    const hash = text === null ? null : sha256(text)
    const rights = { isText: true, isSecret: true, mode: '0640', createdBy: 'test' }
    const size = text?.length ?? 0
    const row = { id: randomUUID(), fileId: file.id, number, content, sha256: hash, size, ...rights }
    return (await prisma.configFileRevision.create({ data: row })).id
  }
  const both = async (text: string) => {
    await save('shared', 'storage/key.conf', text)
    await save('server', elsewhere, text)
  }
  const seen = () => place.host.shell(`cat ${root}/storage/key.conf ${elsewhere} 2>&1 || :`)
  const holds = async () => {
    const { liveReleaseId } = await place.db.prisma.environment.findUniqueOrThrow({ where: { id } })
    const rows = await place.db.prisma.releaseFile.findMany({
      where: { releaseId: liveReleaseId! },
      select: { revision: { select: { number: true, file: { select: { path: true } } } } },
    })
    return Object.fromEntries(rows.map(({ revision }) => [revision.file.path, revision.number]))
  }
  await both(texts.one)
  const made = await place.request(id)
  expect(await place.finished(made.id)).toMatchObject({ status: 'succeeded' })
  expect(await seen()).toBe(texts.one.repeat(2))
  return { ...environment, made, elsewhere, save, both, seen, holds }
}
async function previewOf(environmentId: string, source: PreviewQuestion['source']) {
  const mirrors = await openMirrors({ folder: join(place.folder, 'previews'), localPrefixes: [`${place.folder}/`] })
  const previewer = {
    db: place.db,
    secrets: place.secrets,
    mirrors,
    hooks: openRecent<never>(1),
    connector: openConnector(),
    panelId: 'panel',
  }
  const asked = { environmentId, source, expectedHash: null }
  return previewPlan(previewer, asked, new AbortController().signal)
}
type PreviewQuestion = Parameters<typeof previewPlan>[1]
const quiet = (root: string) =>
  place.host.shell(`grep -rlE '(first|second|third)-secret' ${root}/.fairlead ${root}/release || :`)

test('each release brings its files along, and back with it; what it had not is gone again', async () => {
  const { id, root, both, save, seen, made } = await site()
  await both(texts.two)
  await save('shared', 'storage/new.conf', texts.three)
  const second = await place.request(id)
  expect(await place.finished(second.id)).toMatchObject({ status: 'succeeded' })
  expect(await seen()).toBe(texts.two.repeat(2))
  expect(await place.host.shell(`cat ${root}/storage/new.conf`)).toBe(texts.three)
  const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: second.id } })
  expect(JSON.stringify(plan)).not.toMatch(/-secret-key/)

  const back = await place.request(id, { type: 'release', number: made.number })
  expect(await place.finished(back.id)).toMatchObject({ status: 'succeeded', kind: 'activate' })
  expect(await seen()).toBe(texts.one.repeat(2))
  expect(await place.host.shell(`ls ${root}/storage`)).not.toContain('new.conf')
  expect(await quiet(root)).toBe('')
})

test('a file that was removed goes with the next release, unless somebody else has written it anew', async () => {
  const { id, root, save, elsewhere, seen } = await site()
  await save('shared', 'storage/key.conf', null)
  expect(await place.finished((await place.request(id)).id)).toMatchObject({ status: 'succeeded' })
  expect(await seen()).toBe(`cat: ${root}/storage/key.conf: No such file or directory\n${texts.one}`)
  await place.host.person(`echo mine >${elsewhere}`)
  await save('server', elsewhere, null)
  const left = await place.request(id)
  const state = await place.finished(left.id)
  expect(state.facts).toContainEqual(
    expect.objectContaining({ key: 'note', value: `${elsewhere} is not what Fairlead left there: it stays` }),
  )
  expect(await place.host.shell(`cat ${elsewhere}`)).toBe('mine\n')
})

test('a preview says of each file what becomes of it, and where, and never what is in it', async () => {
  const { id, save, elsewhere } = await site()
  await save('server', elsewhere, texts.two)
  await save('shared', 'storage/new.conf', texts.three)
  await save('shared', 'storage/key.conf', null)
  const none = { owner: null, group: null }
  for (const source of [{ ref: 'main' }, { files: true }] as const) {
    const shown = await previewOf(id, source)
    expect(shown.kind).toBe('ref' in source ? 'deploy' : 'configure')
    const step = shown.servers[0]!.steps.find(({ name }) => name === 'place files')
    expect(step?.files).toEqual([
      { target: 'server', path: elsewhere, ...none, mode: '0640', change: 'changed' },
      { target: 'shared', path: 'storage/new.conf', ...none, mode: '0640', change: 'added' },
      { target: 'shared', path: 'storage/key.conf', ...none, mode: null, change: 'removed' },
    ])
    expect(JSON.stringify(shown)).not.toMatch(/-secret-key/)
  }
  await save('shared', 'storage/own.conf', texts.one)
  await place.db.prisma.configFileRevision.updateMany({
    where: { file: { path: 'storage/own.conf' } },
    data: { owner: 'www-data' },
  })
  const own = (await previewOf(id, { ref: 'main' })).servers[0]!.steps.flatMap(({ files }) => files)
  expect(own.find(({ path }) => path === 'storage/own.conf')).toMatchObject({ owner: 'www-data' })
})

test('a deployment that fails after its switch leaves files as they were', async () => {
  const { id, repository, both, seen, root, holds } = await site()
  await both(texts.two)
  repository.write('.fairlead/deploy.success', 'cat storage/* 2>/dev/null; exit 3\n')
  repository.commit('failing')
  await place.db.prisma.environment.update({
    where: { id },
    data: { options: { healthCheck: { url: 'http://127.0.0.1:1/', tries: 1, onFailure: 'rollback' } } },
  })
  const state = await place.finished((await place.request(id)).id)
  expect(state).toMatchObject({ status: 'failed', undo: { segment: 'undo' }, failure: { step: 'health check' } })
  expect(state.facts.filter(({ key }) => key === 'restored').map(({ segment }) => segment)).toEqual(['undo', 'undo'])
  expect(await seen()).toBe(texts.one.repeat(2))
  expect(Object.values(await holds())).toEqual([1, 1])
  expect(await quiet(root)).toBe('')
})

test('newest files are applied to the live release, and count as its own from then on', async () => {
  const { id, both, save, seen, root, made, holds } = await site({
    '.fairlead/config/after-change': 'cat config/app.conf; echo "A is $A"\n',
  })
  await both(texts.two)
  await save('release', 'config/app.conf', texts.three)
  const applied = await place.request(id, { type: 'files', number: 5 })
  expect(await place.finished(applied.id)).toMatchObject({ status: 'succeeded', kind: 'configure', undo: null })
  expect(await seen()).toBe(texts.two.repeat(2))
  expect(await place.host.shell(`cat ${root}/current/config/app.conf`)).toBe(texts.three)
  expect(await place.log(applied.id, 'main', 3)).toBe('[redacted]A is 1\n')
  expect(Object.values(await holds()).sort()).toEqual([1, 2, 2])

  await both(texts.three)
  expect(await place.finished((await place.request(id)).id)).toMatchObject({ status: 'succeeded' })
  const back = await place.request(id, { type: 'release', number: made.number })
  expect(await place.finished(back.id)).toMatchObject({ status: 'succeeded' })
  expect(await seen()).toBe(texts.two.repeat(2))
})

test.each(['it fails', 'it is cancelled', 'the server dies'])('applying files is undone when %s', async (how) => {
  const { id, both, seen, root, holds } = await site({
    '.fairlead/config/after-change': `cat ${'$FAIRLEAD_ROOT'}/storage/key.conf | grep -q first || exec sleep ${how === 'it fails' ? 'x' : 600}\n`,
  })
  await place.db.prisma.hookRevision.create({
    data: {
      environmentId: id,
      event: 'config/after-change',
      number: 1,
      text: 'grep -q first "$FAIRLEAD_ROOT/storage/key.conf"\n',
      sha256: sha256('grep -q first "$FAIRLEAD_ROOT/storage/key.conf"\n'),
      timeoutMs: 60_000,
      failure: 'stops',
      createdBy: 'test',
    },
  })
  await both(texts.two)
  const applied = await place.request(id, { type: 'files', number: 4 })
  if (how !== 'it fails') {
    await place.until(applied.id, ({ committed, segments }) => committed !== null && segments[0]?.steps.length === 3)
    expect(await seen()).toBe(texts.two.repeat(2))
    if (how === 'it is cancelled')
      await requestCancel(place.db, { deploymentId: applied.id, by: 'user:1', byName: 'Ada' })
    else await place.host.shell(`kill -KILL $(cut -d ' ' -f 1 ${root}/.fairlead/run/2/main/pid)`)
  }
  const state = await place.finished(applied.id)
  expect(state.status).toBe(how === 'it is cancelled' ? 'cancelled' : 'failed')
  expect(state.undo).not.toBeNull()
  expect(await seen()).toBe(texts.one.repeat(2))
  expect(Object.values(await holds())).toEqual([1, 1])
  expect(await quiet(root)).toBe('')
})

test.runIf(canMakeMachines())(
  'a runner that dies between files and switch: the files are put back, and no release is',
  async () => {
    const { id, repository, both, seen, root, made } = await site()
    await both(texts.two)
    repository.write('.fairlead/rollback/before', 'echo going back\n')
    repository.commit('second')
    const program = [
      '#!/bin/sh',
      `if [ "$PWD:$1" = "${root}:-s" ] && [ ! -e died ]; then touch died; kill -KILL $PPID; fi`,
      'exec /bin/ln "$@"',
    ]
    await place.host.shell(`printf '%s\\n' '${program.join("' '")}' >/usr/local/bin/ln && chmod 755 /usr/local/bin/ln`)
    const { id: deployment } = await place.request(id)
    const state = await place.finished(deployment)
    await place.host.shell('rm /usr/local/bin/ln')
    expect(state).toMatchObject({
      status: 'failed',
      failure: { code: 'server_restarted' },
      committed: null,
      undo: { segment: 'undo' },
    })
    expect(state.segments[1]?.steps).toHaveLength(1)
    expect(await seen()).toBe(texts.one.repeat(2))
    expect(await place.host.shell(`readlink ${root}/current; ls ${root}/died`)).toContain(`deployment_${made.number}.`)
  },
)
