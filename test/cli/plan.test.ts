// Plans at a terminal: a worker's answer is shown, and its hash is what a deployment is held to.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PreviewView } from '@/lib/api/shapes-preview.ts'
import { PanelError } from '@/lib/errors.ts'
import { openApi, type Api } from '../api/server.ts'
import { startAnswering, type Answering } from '../panel/answering.ts'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { run } from './program.ts'

let api: Api
let env: { FAIRLEAD_URL: string; FAIRLEAD_TOKEN: string }
let name: string
let answering: Answering
const planHash = 'ab'.repeat(32)

beforeAll(async () => {
  api = await openApi()
  env = { FAIRLEAD_URL: api.url, FAIRLEAD_TOKEN: await api.token('developer') }
  const id = await insertReadyEnvironment(api.ctx)
  const { project, slug } = await api.ctx.db.prisma.environment.findUniqueOrThrow({
    where: { id },
    include: { project: true },
  })
  name = `${project.slug}/${slug}`
  answering = await startAnswering(api.ctx, ({ input }) => {
    const { expectedHash = planHash } = input as { expectedHash?: string }
    if (expectedHash === planHash) return shown(id)
    throw new PanelError('plan_changed', 'Not what was shown any more: the commit is another.', { planHash })
  })
})
afterAll(async () => {
  await answering.stop()
  await api.close()
})

const hook = { stage: 'ship', phase: 'main', origin: 'repository', event: 'after.pull' } as const

function shown(environmentId: string): PreviewView {
  return {
    environmentId,
    kind: 'deploy',
    ref: 'main',
    planHash,
    release: 'deployment_2.bbbbbbb',
    commit: { sha: 'b'.repeat(40), subject: 'Say\x1b[2J more', author: 'Ada', authorEmail: 'a@example.org', at: '' },
    live: { name: 'deployment_1.aaaaaaa', number: 1, revision: 'a'.repeat(40) },
    change: {
      commits: [{ sha: 'b'.repeat(40), subject: 'Say more', author: 'Ada', authorEmail: 'a@example.org', at: '' }],
      ahead: 1,
      behind: 0,
      files: 1,
      changed: [{ path: 'index.html', change: 'changed' }],
    },
    variables: { number: 2, added: ['NEW'], removed: [], changed: [] },
    hooks: [{ name: 'after.pull', event: 'after.pull', origin: 'repository', change: 'added' }],
    contents: {
      submodules: [{ path: 'lib', url: 'https://x.example/lib', revision: 'd'.repeat(40), before: 'c'.repeat(40) }],
      lfs: { files: 2, bytes: 2_048 },
    },
    servers: [
      {
        ...{ targetId: randomUUID(), server: 'web-1', host: '192.0.2.1', user: 'deploy', root: '/webroot' },
        steps: [
          {
            ...hook,
            ...{ n: 1, name: 'after.pull', user: null, timeoutMs: 600_000, failure: 'stops' },
            path: '.amezmo/after.pull',
            text: 'set -e\nmake\n',
            files: [{ target: 'server', path: '/etc/x', owner: 'root', group: null, mode: '0640', change: 'same' }],
          },
        ],
        undo: [],
        program: '',
      },
    ],
    exports: {},
    strategy: ['One at a time; 1 go on serving meanwhile.'],
    disk: { needBytes: 16_777_216, needInodes: 100, sendBytes: 2_048 },
    findings: [],
  }
}

it('shows what would run and change, and how to run just that', async () => {
  const { code, out } = await run(['plan', name], env)
  expect(code).toBe(0)
  expect(out).toContain('main bbbbbbb Say more in place of release 1\n2.0 KiB to send, 16 MiB of disk needed\n')
  expect(out).toContain('needed\n\nSeveral servers\n  One at a time; 1 go on serving meanwhile.\n')
  expect(out).toContain('Files: 1\n  ~ index.html\n\nVariables: 1\n  + NEW\n\nHooks: 1\n  + after.pull\n')
  expect(out).toContain('Submodules: 1\n  lib  ccccccc → ddddddd\n\nFiles in Git LFS: 2, 2.0 KiB\n')
  expect(out).toContain(
    '  1  after.pull (.amezmo/after.pull): as deploy, ≤ 10m 00s, failure stops\n       = server /etc/x 0640 root:\n       | set -e\n       | make\n',
  )
  expect(out).toContain(`fairlead deploy ${name} main --plan ${planHash}\n`)
  expect(JSON.parse((await run(['plan', name, '--json'], env)).out)).toMatchObject({ planHash, servers: [{}] })
})

it('deploys what was shown, or says that it is something else by now', async () => {
  const other = await run(['deploy', name, 'main', '--plan', 'cd'.repeat(32)], env)
  expect(other).toMatchObject({ code: 4, err: expect.stringContaining('Not what was shown any more') })
  expect(await run(['deploy', name, 'main', '--plan', planHash], env)).toMatchObject({ code: 0 })
  expect(answering.asked.map(({ input }) => input)).toContainEqual(
    expect.objectContaining({ source: { ref: 'main' }, expectedHash: planHash }),
  )
  expect(await run(['rollback', name, '--plan', planHash], env)).toMatchObject({ code: 2 })
})
