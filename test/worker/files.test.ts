import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { previewPlan } from '@/lib/worker/preview.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { join } from 'node:path'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'
import { sha256 } from '../ssh/flight.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.worker()
})
afterAll(() => place.close())

const first = '{\n  "key": "first-secret-key"\n}\n'
const second = '{\n  "key": "second-secret-key"\n}\n'

/** A new revision of a file in the release; `text` null removes it. */
async function saveFile(environmentId: string, path: string, text: string | null, isSecret = true): Promise<string> {
  const key = { environmentId_target_path: { environmentId, target: 'release', path } }
  const { prisma } = place.db
  const file = await prisma.configFile.upsert({
    where: key,
    create: { environmentId, target: 'release', path },
    update: {},
  })
  const id = randomUUID()
  await prisma.configFileRevision.create({
    data: {
      id,
      fileId: file.id,
      number: (await prisma.configFileRevision.count({ where: { fileId: file.id } })) + 1,
      content: text === null ? null : place.secrets.encrypt(text),
      sha256: text === null ? null : sha256(text),
      size: text?.length ?? 0,
      isText: true,
      isSecret,
      mode: '0640',
      createdBy: 'test',
    },
  })
  return id
}

async function site(files: Record<string, string> = {}) {
  const environment = await place.environment({})
  for (const [path, text] of Object.entries({ 'index.html': 'one', ...files })) environment.repository.write(path, text)
  environment.repository.commit('first')
  const shown = (path: string) => place.host.shell(`cat ${environment.root}/current/${path}`)
  return { ...environment, shown }
}

test('a release is made with the newest files, and activating it brings its own back', async () => {
  const { id, root, shown } = await site({
    '.amezmo/after.pull': 'test -r config/credentials.json\n',
  })
  const revision = await saveFile(id, 'config/credentials.json', first)
  await saveFile(id, 'config/gone.json', 'not any more')
  await saveFile(id, 'config/gone.json', null)
  const made = await place.request(id)
  expect(await place.finished(made.id)).toMatchObject({ status: 'succeeded' })
  expect(await shown('config/credentials.json')).toBe(first)
  expect(await place.host.shell(`cd ${root}/current/config; ls; stat -c %a credentials.json`)).toBe(
    'credentials.json\n640\n',
  )
  const { plan, releaseId } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: made.id } })
  expect(JSON.stringify(plan)).toContain(sha256(first))
  expect(JSON.stringify(plan)).not.toContain('first-secret')
  expect(await place.db.prisma.releaseFile.findMany({ where: { releaseId: releaseId! } })).toEqual([
    { releaseId, revisionId: revision },
  ])

  await saveFile(id, 'config/credentials.json', second)
  expect(await place.finished((await place.request(id)).id)).toMatchObject({ status: 'succeeded' })
  expect(await shown('config/credentials.json')).toBe(second)

  const back = await place.request(id, { type: 'release', number: made.number })
  expect(await place.finished(back.id)).toMatchObject({ status: 'succeeded', kind: 'activate' })
  expect(await shown('config/credentials.json')).toBe(first)
  expect(await place.host.shell(`grep -rlE '(first|second)-secret' ${root}/.fairlead || :`)).toBe('')
})

test('no log has a line of a secret file, nor a value in it; of other files it may', async () => {
  const { id } = await site({
    '.amezmo/after.pull': 'cat config/*; echo "first-secret-key"; base64 -w 0 config/credentials.json\n',
  })
  await saveFile(id, 'config/credentials.json', first)
  await saveFile(id, 'config/site.conf', 'server_name shop.example;\n', false)
  const made = await place.request(id)
  expect(await place.finished(made.id)).toMatchObject({ status: 'succeeded' })
  const steps = (await place.db.prisma.stepLog.findMany({ where: { deploymentId: made.id } })).map(({ step }) => step)
  const log = (await Promise.all(steps.map((step) => place.log(made.id, 'main', step)))).join('')
  expect(log).toContain('server_name shop.example;\n[redacted]\n')
  expect(log).not.toContain('first-secret')
  expect(log).not.toContain(Buffer.from(first).toString('base64').slice(8, -8))
})

test('a preview shows which files there are, and nothing of what is in them', async () => {
  const { id } = await site({ '.amezmo/after.pull': 'echo first-secret-key\n' })
  await saveFile(id, 'config/credentials.json', first)
  const mirrors = await openMirrors({ folder: join(place.folder, 'previews'), localPrefixes: [`${place.folder}/`] })
  const previewer = {
    db: place.db,
    secrets: place.secrets,
    mirrors,
    hooks: openRecent<never>(1),
    connector: openConnector(),
    panelId: 'panel',
  }
  const asked = { environmentId: id, source: { ref: 'main' }, expectedHash: null }
  const shown = await previewPlan(previewer, asked, new AbortController().signal)
  const names = shown.servers[0]!.steps.map(({ name }) => name)
  expect(names.slice(names.indexOf('variables'), names.indexOf('after.pull') + 1)).toEqual([
    'variables',
    'files',
    'after.pull',
  ])
  expect(shown.servers[0]!.steps.find(({ name }) => name === 'files')!.text).toContain('config/credentials.json')
  expect(JSON.stringify(shown)).not.toContain('first-secret')
})

test('touches nothing when a file cannot be decrypted, and says which', async () => {
  const { id } = await site()
  const revision = await saveFile(id, 'config/credentials.json', first)
  await place.db.prisma.configFileRevision.update({ where: { id: revision }, data: { content: new Uint8Array(60) } })
  const state = await place.finished((await place.request(id)).id)
  expect(state).toMatchObject({
    status: 'failed',
    failure: { message: expect.stringContaining('config/credentials.json') as string },
  })
  expect(state.segments).toEqual([])
})
