// A project as code: exported, compared, applied, and refused with the line that is wrong.
import { parse as parseYaml } from 'yaml'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applyBlueprint, exportProject } from '@/lib/panel/blueprint.ts'
import { createChannel } from '@/lib/panel/channels.ts'
import type { Context } from '@/lib/panel/context.ts'
import { addFreeze } from '@/lib/panel/freezes.ts'
import { saveHook } from '@/lib/panel/hooks.ts'
import { addSchedule } from '@/lib/panel/schedules.ts'
import { changeVariables, readVariables, saveVariables } from '@/lib/panel/variables.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
let ctx: Context
let environmentId: string
let projectId: string
let server: string
let slug: string
beforeAll(async () => {
  panel = await openPanel()
  ctx = panel.ctx
})
afterAll(() => panel.close())
beforeEach(async () => {
  await ctx.db.pool.query('TRUNCATE "User", "Project", "Server", "AuditEntry" CASCADE')
  environmentId = await insertReadyEnvironment(ctx)
  const row = await ctx.db.prisma.environment.findUniqueOrThrow({
    where: { id: environmentId },
    include: { project: true, targets: { include: { server: true } } },
  })
  projectId = row.projectId
  slug = row.slug
  server = row.targets[0]!.server.name
  const text = '# What it is\nAPP_ENV=production\n\nDB_PASSWORD=hunter2 # never shown\n'
  await saveVariables(ctx, owner, { environmentId, text, secrets: ['DB_PASSWORD'], basedOn: null })
  await saveHook(ctx, owner, { environmentId, event: 'after.pull', text: 'make\necho done\n' })
})

const exported = async () => (await exportProject(ctx, owner, { id: projectId })).text
const apply = (text: string, dryRun = false) => applyBlueprint(ctx, owner, { text, dryRun })
const audits = () => ctx.db.prisma.auditEntry.count()

describe('a project as code', () => {
  it('knows names that every object has something of, and refuses the one that none can hold', async () => {
    const text = await exported()
    const odd = text.replace(
      'APP_ENV: production',
      'APP_ENV: production\n      constructor: a\n      toString: {secret: true}',
    )
    const made = odd.replace(
      /\nenvironments:\n/,
      '\nenvironments:\n  constructor: {branch: main, servers: [{server: nowhere, root: /srv/x}]}\n',
    )
    await expect(apply(made)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('no server “nowhere”'),
    })
    const applied = await apply(odd)
    expect(applied.changes.map(({ path }) => path)).toEqual([`environments.${slug}.variables.constructor`])
    expect(applied.notes).toEqual([expect.stringContaining('toString')])
    expect(await exported()).toContain('constructor: a')
    expect((await changeVariables(ctx, owner, { environmentId, set: { OTHER: 'x' } })).variables).toContainEqual({
      name: 'constructor',
      value: 'a',
      isSecret: false,
    })
    await apply(text)
    expect(await exported()).toBe(text)
  })

  it('says everything but secrets, and applied again it changes nothing', async () => {
    const text = await exported()
    expect(text).not.toContain('hunter2')
    expect(parseYaml(text)).toMatchObject({
      fairlead: 1,
      environments: {
        [slug]: {
          branch: 'main',
          servers: [{ server, adopt: false }],
          hooks: { 'after.pull': { text: 'make\necho done\n', timeoutMs: 600_000 } },
          variables: { APP_ENV: 'production', DB_PASSWORD: { secret: true } },
        },
      },
    })
    const before = await audits()
    expect(await apply(text)).toEqual({ projectId, applied: true, changes: [], notes: [] })
    expect(await audits()).toBe(before)
  })

  it('says what would change, changes exactly that, and then nothing more', async () => {
    const text = (await exported())
      .replace('keep: 10', 'keep: 5')
      .replace('APP_ENV: production', 'APP_ENV: staging\n      NEW: "1"')
      .replace('echo done', 'echo over')
    const before = await audits()
    const planned = await apply(text, true)
    const path = `environments.${slug}`
    expect(planned).toMatchObject({
      applied: false,
      changes: expect.arrayContaining([
        { path: `${path}.keep`, kind: 'changed', before: 10, after: 5 },
        { path: `${path}.variables.APP_ENV`, kind: 'changed', before: 'production', after: 'staging' },
        { path: `${path}.variables.NEW`, kind: 'added', after: '1' },
        expect.objectContaining({ path: `${path}.hooks.after.pull.text`, kind: 'changed' }),
      ]),
    })
    expect(await audits()).toBe(before)
    expect((await readVariables(ctx, owner, { environmentId }))?.number).toBe(1)
    const applied = await apply(text)
    expect(applied).toEqual({ ...planned, applied: true })
    expect((await readVariables(ctx, owner, { environmentId }))?.text).toMatch(
      /^# What it is\nAPP_ENV=staging\n\nDB_PASSWORD=•+.*\nNEW=1\n$/,
    )
    expect((await apply(text)).changes).toEqual([])
    const actions = await ctx.db.prisma.auditEntry.findMany({ orderBy: { id: 'asc' }, skip: before })
    expect(actions.map(({ action }) => action)).toEqual(['environment.update', 'hook.save', 'variables.save'])
  })

  it('holds what is followed, and one that is made follows it, too', async () => {
    const followed = (await exported()).replace('isOn: false', 'isOn: true').replace('tags: []', 'tags: ["v*"]')
    expect((await apply(followed)).changes.map(({ path, after }) => [path, after])).toEqual([
      [`environments.${slug}.triggers.isOn`, true],
      [`environments.${slug}.triggers.tags`, ['v*']],
    ])
    const other = `  other: {branch: main, servers: [{server: ${server}, root: /srv/other}], triggers: {isOn: true}}`
    await apply(`${followed.trimEnd()}\n${other}\n`)
    expect(await exported()).toMatch(/\n {2}other:[^]*isOn: true/)
    await expect(apply(followed.replace('"v*"', '/(/'))).rejects.toMatchObject({ code: 'invalid' })
  })

  it('holds schedules, the freezes of each week, and who is told of what', async () => {
    const url = 'https://hooks.slack.com/services/T0/B0/very-secret'
    const chat = { projectId, name: 'Chat', config: { kind: 'slack' as const, url } }
    const { id: channelId } = await createChannel(ctx, owner, { ...chat, environmentIds: [environmentId] })
    await addSchedule(ctx, owner, { environmentId, cron: '0 3 * * *' })
    const once = { kind: 'once' as const, from: '2126-12-24T12:00:00Z', until: '2126-12-27T00:00:00Z' }
    await addFreeze(ctx, owner, { projectId, reason: 'Outage', window: once })
    const friday = { kind: 'weekly' as const, day: 5, at: '16:00', hours: 64, timeZone: 'Europe/Berlin' }
    await addFreeze(ctx, owner, { projectId, environmentId, reason: 'Weekend', window: friday })
    const text = await exported()
    expect(text).not.toContain('very-secret')
    const { kind: _, ...when } = friday
    expect(parseYaml(text)).toMatchObject({
      environments: { [slug]: { schedules: [{ cron: '0 3 * * *', timeZone: 'UTC', ref: null, onlyNew: true }] } },
      freezes: [{ reason: 'Weekend', environment: slug, ...when }],
      channels: [{ name: 'Chat', kind: 'slack', events: ['succeeded', 'failed'], environments: [slug] }],
    })
    const before = await audits()
    expect(await apply(text)).toEqual({ projectId, applied: true, changes: [], notes: [] })
    expect(await audits()).toBe(before)

    const changed = text
      .replace('      - cron: 0 3 * * *', '      - cron: 0 4 * * *\n      - cron: 0 3 * * *')
      .replace('day: 5', 'day: 4')
      .replace('- succeeded\n', '- started\n')
    const mail = changed.replace('\nchannels:\n', '$&  - {name: Team, kind: email, events: [failed]}\n')
    const planned = await apply(mail, true)
    expect(planned.changes).toMatchObject([
      { path: `environments.${slug}.schedules`, after: [{ cron: '0 3 * * *' }, { cron: '0 4 * * *' }] },
      { path: 'freezes', before: [{ day: 5 }], after: [{ day: 4, reason: 'Weekend' }] },
      { path: 'channels', after: [{ name: 'Chat', events: ['started', 'failed'] }] },
    ])
    expect(planned.notes).toEqual([expect.stringContaining('“Team” (email)')])
    expect(await exported()).toBe(text)
    expect(await apply(mail)).toEqual({ ...planned, applied: true })
    expect(await apply(mail)).toMatchObject({ changes: [], notes: planned.notes })
    const stored = await ctx.db.prisma.channel.findUniqueOrThrow({ where: { id: channelId } })
    expect(Buffer.from(ctx.secrets.decrypt(stored.config)).toString()).toContain(url)

    await expect(apply(text.replace(`environment: ${slug}`, 'environment: nowhere'))).rejects.toThrow('“nowhere”')
    const head = text.slice(0, text.indexOf('freezes:'))
    const none = `${head}environments: {${slug}: {schedules: []}}\nfreezes: []\nchannels: []\n`
    expect((await apply(none)).changes).toHaveLength(3)
    expect(await ctx.db.prisma.freeze.findMany()).toMatchObject([{ reason: 'Outage' }])
    expect([await ctx.db.prisma.schedule.count(), await ctx.db.prisma.channel.count()]).toEqual([0, 0])
  })

  it('leaves alone what it doesn’t speak of, and takes away what a list leaves out', async () => {
    const head = `fairlead: 1\nproject: ${JSON.stringify((parseYaml(await exported()) as { project: object }).project)}\n`
    expect((await apply(head)).changes).toEqual([])
    expect((await apply(`${head}environments: {${slug}: {branch: main}}\n`)).changes).toEqual([])
    const bare = `${head}environments: {${slug}: {hooks: {}, variables: {DB_PASSWORD: {secret: true}, API_KEY: {secret: true}}}}\n`
    const result = await apply(bare)
    expect(result.changes.map(({ path, kind }) => `${kind} ${path.slice(path.indexOf(slug))}`)).toEqual(
      expect.arrayContaining([`removed ${slug}.variables.APP_ENV`, `removed ${slug}.hooks.after.pull.text`]),
    )
    expect(result.notes).toEqual([expect.stringContaining('API_KEY')])
    await changeVariables(ctx, owner, { environmentId, set: { API_KEY: 'x' } })
    expect(await apply(bare)).toMatchObject({ changes: [], notes: [] })
  })

  it('makes what isn’t there: all of it, or nothing', async () => {
    const text = `fairlead: 1
project: { slug: blog, name: Blog, repositoryUrl: "https://git.example.org/blog.git" }
environments:
  production:
    name: Production
    branch: main
    servers: [{ server: ${server}, root: /srv/blog }]
    keep: 3
    variables: { APP_ENV: production }
  staging:
    branch: develop
    servers: [{ server: ${server}, root: /srv/blog/inside }]
`
    await expect(apply(text)).rejects.toEqual(refused('conflict'))
    expect(await ctx.db.prisma.project.count()).toBe(1)
    const good = text.replace('/srv/blog/inside', '/srv/staging')
    expect(await apply(good, true)).toMatchObject({ projectId: null, applied: false })
    expect(await ctx.db.prisma.project.count()).toBe(1)
    expect((await apply(good)).changes).toContainEqual({
      path: 'environments.staging.branch',
      kind: 'added',
      after: 'develop',
    })
    expect(await apply(good)).toMatchObject({ changes: [] })
    const wrong = good.replaceAll(`server: ${server}`, `server: ${server}x`).replace(/\/srv\//g, '/opt/')
    await expect(apply(wrong)).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ hint: expect.stringContaining(server) }] },
    })
  })

  it('has several servers in its order, each once', async () => {
    const { id } = await ctx.db.prisma.server.create({
      data: { name: 'web-b', host: '192.0.2.7', user: 'deploy', publicKey: 'x', privateKey: Buffer.from('x') },
    })
    const text = await exported()
    const first = /( +)- server: .*\n(?: +\w+: .*\n)+/.exec(text)!
    const second = `${first[1]}- {server: web-b, root: /srv/b}\n`
    const path = `environments.${slug}.servers`
    expect((await apply(text.replace(first[0], second + first[0]))).changes).toMatchObject([{ path, kind: 'changed' }])
    expect(parseYaml(await exported())).toMatchObject({
      environments: { [slug]: { servers: [{ server: 'web-b' }, { server }] } },
    })
    expect((await apply(await exported())).changes).toEqual([])
    await expect(apply(text.replace(first[0], second + first[0] + second))).rejects.toThrow('is there twice')
    await apply(text)
    expect(await exported()).toBe(text)
    await ctx.db.prisma.server.delete({ where: { id } })
  })

  it('is for those who may change what it says', async () => {
    const text = await exported()
    const viewer = as('viewer')
    await expect(exportProject(ctx, viewer, { id: projectId })).rejects.toEqual(refused('forbidden'))
    await expect(applyBlueprint(ctx, as('developer'), { text: text.replace('keep: 10', 'keep: 5') })).rejects.toEqual(
      refused('forbidden'),
    )
  })
})

describe('a file that can’t be used', () => {
  const problems = async (text: string) =>
    apply(text).then(
      () => [],
      (error: { details: { problems: { message: string; hint?: string }[] } }) =>
        error.details.problems.map(({ message, hint }) => `${message}${hint ? ` ${hint}` : ''}`),
    )
  const start = 'fairlead: 1\nproject:\n  slug: shop\n  name: Shop\n  repositoryUrl: https://git.example.org/shop.git\n'

  it('is read in a time that grows with its length alone, and not at all for those who could do nothing with it', async () => {
    const keys = (name: (n: number) => string) => Array.from({ length: 40_000 }, (_, n) => name(n)).join('')
    const many = [
      `${start}${keys((n) => `k${n}: 1\n`)}`,
      `${start}environments:\n  p:\n    variables:\n${keys((n) => `      k-${n}: 1\n`)}`,
      `${start}${'\t}\n'.repeat(40_000)}`,
    ]
    // Each took minutes, in which the panel answered nobody.
    for (const text of many) expect(await problems(text)).toHaveLength(100)
    for (const key of ['environments:\n  __proto__: {branch: main}', '__proto__: {a: 1}'])
      expect(await problems(`${start}${key}\n`)).toEqual([expect.stringContaining('__proto__')])
    await expect(applyBlueprint(ctx, as('viewer'), { text: many[0]! })).rejects.toEqual(refused('forbidden'))
  }, 60_000)

  it('is told line by line, with what was likely meant', async () => {
    expect(
      await problems(
        `${start}environments:\n  production:\n    brnch: main\n    keep: 1\n    hooks:\n      after.pul: { text: x }\n    variables:\n      PORT: 80\n      1A: x\n    options: { composr: detected }\n`,
      ),
    ).toEqual([
      'Line 8: “brnch” is not known here. Did you mean “branch”?',
      'Line 9: Keep at least 2 releases.',
      'Line 11: “after.pul” is not known here. Did you mean “after.pull”?',
      'Line 13: Write the value in quotes, or {secret: true} for one that is typed in the panel.',
      'Line 14: Not a name of a variable.',
      'Line 15: “composr” is not known here. Did you mean “composer”?',
    ])
  })

  it('is refused when it is no YAML, says a thing twice, blows itself up or is of another version', async () => {
    expect(await problems(`${start}  name: Again\n`)).toEqual([expect.stringMatching(/^Line 6: .*unique/i)])
    expect(await problems('a: [1,\nb: {')).toEqual(expect.arrayContaining([expect.stringMatching(/^Line \d: /)]))
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...['b', 'c', 'd', 'e'].map((name, n) => `${name}: &${name} [${Array(9).fill(`*${'abcd'[n]}`).join()}]`),
    ]
    expect(await problems(bomb.join('\n'))).toEqual([expect.stringContaining('too often')])
    expect(await problems(start.replace('fairlead: 1', 'fairlead: 2'))).toEqual([
      'Line 1: This version reads “fairlead: 1”.',
    ])
    expect(await problems('- 1')).toEqual([expect.stringMatching(/^Line 1: /)])
  })
})
