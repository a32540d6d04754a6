// The whole API from a terminal: any operation by its words, a project as code, and what a shell completes.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyOperation } from '@/lib/api/register.ts'
import { candidates } from '@/lib/cli/complete.ts'
import { comparisonText } from '@/lib/cli/compare-text.ts'
import { completionFor } from '@/lib/cli/completion.ts'
import { changeLines } from '@/lib/cli/changes.ts'
import { openClient } from '@/lib/cli/client.ts'
import { findOperation, parseOperation, usageOf } from '@/lib/cli/operation-command.ts'
import { runOperation } from '@/lib/cli/run-operation.ts'
import { show } from '@/lib/cli/show.ts'
import { openApi, type Api } from '../api/server.ts'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-cli-'))
let api: Api
let env: Record<string, string>
beforeAll(async () => {
  api = await openApi()
  env = { FAIRLEAD_URL: api.url, FAIRLEAD_TOKEN: await api.token('owner') }
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true })
})
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('operations from a terminal', () => {
  it('make a project, a server and an environment by names, and show them', async () => {
    const url = 'https://git.example.org/shop.git'
    const project = ['project', 'create', '--name', 'Shop', '--repository-url', url, '--key', 'shop']
    expect(await run(project, env)).toMatchObject({ code: 0, out: expect.stringMatching(/^slug +shop$/m), err: '' })
    expect(await run([...project, '--json'], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('"slug":"shop"'),
    })
    await run(['server', 'add', '--name', 'web-1', '--host', '192.0.2.4', '--user', 'deploy', '--port', '2222'], env)
    const servers = JSON.stringify([{ serverId: await idOf('server', 'web-1'), root: '/srv/shop' }])
    const made = ['--project-id', 'shop', '--name', 'Production', '--branch', 'main', '--servers', servers]
    expect(await run(['environment', 'create', ...made], env)).toMatchObject({ code: 0, err: '' })
    const script = file('after.pull', 'make all\n')
    const hook = await run(['hook', 'save', 'shop/production', 'after.pull', '--text', `@${script}`, '--json'], env)
    expect(JSON.parse(hook.out)).toMatchObject({ event: 'after.pull', text: 'make all\n' })
    const checked = await run(['hook', 'list', 'shop/production'], env)
    expect(checked).toMatchObject({ code: 0, out: expect.stringMatching(/^event .*\nafter\.pull /) })
    expect(await run(['server', 'list'], env)).toMatchObject({
      out: expect.stringMatching(/^name .*\nweb-1 +192\.0\.2\.4 +2222/),
    })
    expect(await run(['audit', 'export', '--action', 'project'], env)).toMatchObject({
      out: expect.stringContaining('project.create'),
    })
    expect(await run(['environment', 'show', 'shop/nowhere'], env)).toMatchObject({
      code: 2,
      err: expect.stringContaining('There are:\n  shop/production'),
    })
    const wrong = await run(['server', 'add', '--name', 'x', '--host', 'a b', '--user', 'a'], env)
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('host: Not a host name') })
  })

  it('list what has no name with the ids by which it is told to go', async () => {
    const { id: environmentId, projectId } = await api.ctx.db.prisma.environment.findFirstOrThrow()
    const window = { kind: 'once', from: '2126-12-24T12:00:00Z', until: '2126-12-27T00:00:00Z' }
    const config = { kind: 'email', to: ['team@example.com'] }
    for (const [noun, path, body, ...of] of [
      ['webhook', '/webhooks', { projectId, provider: 'github' }, '--project-id', 'shop'],
      ['channel', '/channels', { projectId, name: 'Team', config, events: ['failed'] }, '--project-id', 'shop'],
      ['freeze', '/freezes', { projectId, reason: 'Holidays', window }, '--project-id', 'shop'],
      ['schedule', `/environments/${environmentId}/schedules`, { cron: '0 3 * * *' }, 'shop/production'],
    ] as const) {
      expect(await api.call('POST', path, { body })).toMatchObject({ status: 201 })
      const out = await shown(noun, 'list', ...of)
      const [, id] = /^id +.*\n([0-9a-f-]{36}) /.exec(out) ?? [out]
      expect(await shown(noun, 'remove', id!), noun).toBe('Done.\n')
    }
  })

  it('take what is secret from files and from standard input, as they say', async () => {
    const secret = 'https://hooks.slack.com/services/T0/long-secret'
    const config = JSON.stringify({ kind: 'slack', url: secret })
    const channel = ['channel', 'create', '--project-id', 'shop', '--name', 'Chat', '--config']
    const made = await shown(...channel, `@${file('chat.json', `${config}\n`)}`)
    expect(made).toMatch(/^shown +hooks\.slack\.com$/m)
    const read = await run([...channel, '-'], env, config)
    expect(read).toMatchObject({ code: 0, out: expect.stringMatching(/^shown +hooks\.slack\.com$/m), err: '' })
    expect(made + read.out).not.toContain('long-secret')
    expect(usageOf(findOperation(channel)!.entry)).toContain('A value may be @<file>, or - for standard input')
  })

  it('export a project, say what would change, and change it', async () => {
    const exported = await run(['export', 'shop'], env)
    expect(exported).toMatchObject({ code: 0, err: '', out: expect.stringContaining('make all') })
    const path = file('shop.yml', exported.out)
    expect(await run(['diff', path], env)).toEqual({ code: 0, out: '', err: 'Nothing differs.\n' })
    file('shop.yml', exported.out.replace('keep: 10', 'keep: 4').replace('make all', 'make most'))
    const differs = { code: 1, out: expect.stringContaining('~ environments.production.keep: 10 → 4\n') }
    expect(await run(['diff', path], env)).toMatchObject(differs)
    const dry = await run(['apply', path, '--dry-run', '--json'], env)
    expect({ code: dry.code, ...(JSON.parse(dry.out) as object) }).toMatchObject({ code: 0, applied: false })
    const applied = await run(['apply', path], env)
    expect(applied).toMatchObject({ code: 0, err: '2 things changed.\n' })
    expect(applied.out).toContain('~ environments.production.hooks.after.pull.text: "make all\\n" → "make most\\n"\n')
    expect(await run(['diff', path], env)).toMatchObject({ code: 0 })
    file('shop.yml', readFileSync(path, 'utf8').replace('branch: main', 'brunch: main'))
    expect(await run(['diff', path], env)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Line \d+: “brunch” is not known here\. Did you mean “branch”\?/),
    })
    expect(await run(['apply', join(folder, 'none.yml')], env)).toMatchObject({ code: 2 })
  })

  it('can all be found, and say how they are used', async () => {
    for (const { entry } of everyOperation()) {
      expect(findOperation([...entry.command.split(' '), 'x'])).toEqual({ entry, rest: ['x'] })
      expect(usageOf(entry)).toContain(`fairlead ${entry.command}`)
    }
    const { entry } = findOperation(['server', 'add'])!
    await expect(parseOperation(entry, ['--name', 'x'])).rejects.toMatchObject({
      exit: 2,
      message: expect.stringContaining('--host'),
    })
    await expect(
      parseOperation(entry, ['--port', 'x', '--name', 'a', '--host', 'b', '--user', 'c']),
    ).rejects.toMatchObject({
      message: expect.stringContaining('--port is a number'),
    })
    await expect(parseOperation(entry, ['--nonsense', 'x'])).rejects.toMatchObject({ exit: 2 })
    await expect(parseOperation(findOperation(['server', 'show'])!.entry, [])).rejects.toMatchObject({ exit: 2 })
  })
})

/** What an operation says, without a process of its own. */
async function shown(...words: string[]): Promise<string> {
  const { entry, rest } = findOperation(words)!
  const said: string[] = []
  const out = (text: string) => void said.push(text)
  const client = openClient(env.FAIRLEAD_URL, env.FAIRLEAD_TOKEN)
  await runOperation(await parseOperation(entry, rest), client, { out, err: out, isTerminal: true })
  return said.join('')
}

async function idOf(noun: string, name: string): Promise<string> {
  const { items } = JSON.parse((await run([noun, 'list', '--json'], env)).out) as {
    items: { id: string; name: string }[]
  }
  return items.find((one) => one.name === name)!.id
}

describe('what a shell completes', () => {
  const at = (...words: string[]) => candidates(words, () => openClient(env.FAIRLEAD_URL, env.FAIRLEAD_TOKEN))

  it('is what could stand there', async () => {
    expect(await at('de')).toEqual(['deploy', 'deployment', 'deployments'])
    expect(await at('server', '')).toEqual(expect.arrayContaining(['add', 'check', 'trust']))
    expect(await at('deploy', 'sh')).toEqual(['shop/production'])
    expect(await at('environment', 'show', '')).toEqual(['shop/production'])
    expect(await at('server', 'show', 'we')).toEqual(['web-1'])
    expect(await at('project', 'show', '')).toEqual(['shop'])
    expect(await at('hook', 'save', 'shop/production', 'after.p')).toEqual(['after.pull'])
    expect(await at('hook', 'save', 'shop/production', 'after.pull', '--fa')).toEqual(['--failure'])
    expect(await at('hook', 'save', 'shop/production', 'after.pull', '--failure', '')).toEqual(['ignored', 'stops'])
    expect(await at('environment', 'create', '--project-id', '')).toEqual(['shop'])
    expect(await at('admin', 'backup', '')).toEqual(['create', 'restore'])
    expect(await at('deploy', 'shop/production', '--f')).toEqual(['--follow'])
    expect(await at('rollback', 'shop/production', '--f')).toEqual(['--follow', '--force'])
    expect(await at('releases', 'shop/production', '--')).toEqual(['--json', '--url'])
    expect(await candidates(['deploy', ''], () => openClient(undefined, undefined))).toEqual([])
  })

  it('is asked for by a script that bash understands', () => {
    expect(() => completionFor(['tcsh'])).toThrow('bash')
    for (const shell of ['zsh', 'fish']) expect(completionFor([shell])).toContain('fairlead complete --')
    const program = `fairlead() { IFS=' '; printf '%s\\n' "$*" two; }\n${completionFor(['bash'])}
COMP_WORDS=(fairlead server sh) COMP_CWORD=2; _fairlead; printf '%s|' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', program], { encoding: 'utf8' })
    expect({ stdout, stderr }).toEqual({ stdout: 'complete -- server sh|two|', stderr: '' })
  })
})

describe('answers in words', () => {
  it('are tables, lines or the text itself, and steer no terminal', () => {
    const items = [
      { id: 'x', name: 'a\x1b[2J', number: 1, nested: {} },
      { id: 'y', name: 'b', number: 22, nested: {} },
    ]
    expect(show({ items, next: null })).toBe('name  number\na     1\nb     22\n')
    expect(show([])).toBe('Nothing.\n')
    expect(show(null)).toBe('Done.\n')
    expect(show({ text: 'a: 1' })).toBe('a: 1\n')
    expect(show({ name: 'a', list: [1] })).toBe('name  a\nlist  [1]\n')
  })

  it('of a comparison are lists of what differs', () => {
    const release = { id: randomUUID(), environmentId: randomUUID(), name: 'x', revision: 'a'.repeat(40), ref: 'main' }
    const made = { subject: '', author: '', committedAt: null, state: 'complete', variablesNumber: null }
    const times = { createdAt: '2026-11-21T10:00:00Z', liveAt: null, isLive: false, liveOn: [] }
    const commit = {
      sha: 'b'.repeat(40),
      subject: 'Say\x1b[2J',
      author: 'Ada',
      authorEmail: 'a@b',
      at: times.createdAt,
    }
    const answer = {
      from: { ...release, ...made, ...times, number: 1 },
      to: { ...release, ...made, ...times, number: 3 },
      change: { commits: [commit], ahead: 1, behind: 0, files: 1, changed: [{ path: 'x', change: 'added' }] },
      variables: { added: [], removed: [], changed: ['A'], from: 1, to: 2 },
      hooks: [],
    }
    expect(comparisonText(answer)).toBe(
      'Release 1 (aaaaaaa) → release 3 (aaaaaaa)\nCommits: 1 new\n  bbbbbbb  Say  Ada\nFiles: 1\n  + x\nVariables: 1\n  ~ A\n',
    )
  })

  it('show of long texts what differs', () => {
    expect(changeLines({ path: 'x', kind: 'changed', before: 'a\nb\nc\n', after: 'a\nB\nc\n' })).toBe(
      '~ x\n    - b\n    + B\n',
    )
    expect(changeLines({ path: 'x', kind: 'added', after: 1 })).toBe('+ x: 1\n')
    expect(changeLines({ path: 'x', kind: 'removed', before: 'secret' })).toBe('- x\n')
  })
})
