import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApi, type Api } from '../api/server.ts'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { run } from './program.ts'

let api: Api
let env: { FAIRLEAD_URL: string; FAIRLEAD_TOKEN: string }
let folder: string
beforeAll(async () => {
  api = await openApi()
  env = { FAIRLEAD_URL: api.url, FAIRLEAD_TOKEN: await api.token('admin') }
  folder = await mkdtemp(join(tmpdir(), 'variables-'))
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

async function environment(): Promise<{ id: string; name: string }> {
  const id = await insertReadyEnvironment(api.ctx)
  const { project, slug } = await api.ctx.db.prisma.environment.findUniqueOrThrow({
    where: { id },
    include: { project: true },
  })
  return { id, name: `${project.slug}/${slug}` }
}
async function stored(environmentId: string): Promise<string> {
  const set = await api.ctx.db.prisma.variableSet.findFirstOrThrow({
    where: { environmentId },
    orderBy: { number: 'desc' },
  })
  return Buffer.from(api.ctx.secrets.decrypt(set.text)).toString()
}

describe('variables from a script', () => {
  it('are set by name, listed without the values of secrets, and unset', async () => {
    const { id, name } = await environment()
    const set = await run(['variables', 'set', name, 'APP_ENV=production', 'MAIL=a b=c', '--plain'], env)
    expect(set).toEqual({ code: 0, out: 'Saved as set 1.\n', err: '' })
    expect(await run(['variables', 'set', name, 'DB_PASSWORD'], env, 'hunter22 and more\n')).toMatchObject({ code: 0 })
    expect(await run(['variables', 'set', name, 'PIN=123'], env)).toMatchObject({
      code: 0,
      err: 'The value of PIN is too short or too common to be hidden in logs.\n',
    })
    expect(await run(['variables', 'unset', name, 'PIN'], env)).toMatchObject({ code: 0, err: '' })
    await writeFile(join(folder, 'key.pem'), '-----BEGIN-----\nabc\n-----END-----\n')
    expect(await run(['variables', 'set', name, `KEY=@${join(folder, 'key.pem')}`], env)).toMatchObject({ code: 0 })
    const listed = await run(['variables', 'list', name], env)
    expect(listed.out).toBe(
      'APP_ENV      production\nMAIL         a b=c\nDB_PASSWORD  (secret)\nKEY          (secret)\n',
    )
    expect(await run(['variables', 'unset', name, 'MAIL'], env)).toMatchObject({ code: 0, out: 'Saved as set 6.\n' })
    expect(await stored(id)).toBe(
      `APP_ENV=production\nDB_PASSWORD='hunter22 and more'\nKEY="-----BEGIN-----\nabc\n-----END-----"\n`,
    )
    const json = await run(['variables', 'list', name, '--json'], env)
    expect(JSON.parse(json.out)).toMatchObject({ number: 6, names: ['APP_ENV', 'DB_PASSWORD', 'KEY'] })
    expect(json.out).not.toContain('hunter22')
  })

  it('may be called what every object has something of', async () => {
    const { id, name } = await environment()
    expect(await run(['variables', 'set', name, 'constructor=1', 'toString=2'], env)).toMatchObject({ code: 0 })
    expect(await stored(id)).toBe('constructor=1\ntoString=2\n')
  })

  it('are applied to what is live, or say why not', async () => {
    const { id, name } = await environment()
    await run(['variables', 'set', name, 'A=1'], env)
    const nothing = await run(['variables', 'apply', name], env)
    expect(nothing).toMatchObject({ code: 4, err: expect.stringContaining('Nothing is live here yet') as string })
    const release = await api.ctx.db.prisma.release.create({
      data: {
        ...{ environmentId: id, number: 1, name: 'deployment_1.aaaaaaa', revision: 'a'.repeat(40), ref: 'main' },
        ...{ subject: 's', author: 'a', state: 'complete' },
      },
    })
    await api.ctx.db.prisma.environment.update({ where: { id }, data: { liveReleaseId: release.id } })
    const draft = await run(['variables', 'set', name, 'A=2'], env)
    expect(draft.out).toBe('Saved as set 2. It is a draft until it is deployed or applied.\n')
    expect(await run(['variables', 'set', name, 'A=3', '--apply'], env)).toMatchObject({
      code: 0,
      out: 'Saved as set 3.\nConfiguration 1 is queued.\n',
    })
    expect((await run(['deployments', name], env)).out).toContain('variables 3')
  })

  it.each([
    [['list'], 'which environment?'],
    [['set', 'a/b'], 'which variables?'],
    [['set', 'a/b', 'A=1', 'A=2'], 'A stands there twice'],
    [['set', 'a/b', 'A', 'B=2'], 'A without “=” has to stand alone'],
    [['apply', 'a/b', 'SECRET=hunter22'], '“SECRET” is too much'],
    [['list', 'a/b', '--plain'], 'variables list knows no --plain'],
    [['set', 'a/b', 'A=1', '-f'], 'knows no --follow without --apply'],
  ])('%j is refused', async (words, message) => {
    const { name } = await environment()
    const refused = await run(['variables', ...words.map((word) => (word === 'a/b' ? name : word))], env)
    expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) as string })
    expect(refused.err).not.toContain('hunter22')
  })
})
