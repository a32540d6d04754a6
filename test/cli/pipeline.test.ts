// Pipelines as the snippets have them: the program comes from the panel, and nothing else is there but Node and curl.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as ask, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { buildServedCli } from '@/scripts/build-served-cli.ts'
import { githubWorkflow, gitlabJob } from '@/lib/spec/ci-snippets.ts'
import { systemActor } from '@/lib/panel/context.ts'
import { requestDeployment, rollBack } from '@/lib/panel/deployments.ts'
import { servedCli } from '@/lib/web/served-cli.ts'
import { GET } from '@/app/api/cli/fairlead.mjs/route.ts'
import { openApi, type Api } from '../api/server.ts'
import { insertReadyEnvironment, succeed } from '../panel/deployments.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-pipeline-'))
let api: Api
let panel: Server
let url: string
let token: string
/** Called when a deployment was asked for. */
let asked: () => void = () => {}

beforeAll(async () => {
  process.env.FAIRLEAD_PROGRAMS = join(folder, 'dist')
  await buildServedCli(join(folder, 'dist', servedCli))
  api = await openApi()
  token = await api.token('developer')
  // The panel's addresses that lie outside its API, in front of it.
  panel = createServer((request, response) => {
    const { method = 'GET', headers, url: path = '/' } = request
    if (path === '/api/cli/fairlead.mjs')
      return void GET(new Request(`http://panel.test${path}`)).then(async (answer) =>
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text()),
      )
    const onward = ask(`${api.url}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
      if (method === 'POST') answer.once('end', () => asked())
    })
    request.pipe(onward)
  })
  panel.listen(0, '127.0.0.1')
  await once(panel, 'listening')
  url = `http://127.0.0.1:${(panel.address() as AddressInfo).port}`
})
afterAll(async () => {
  panel.closeAllConnections()
  panel.close()
  await api.close()
  rmSync(folder, { recursive: true })
})

/** As a runner runs a step: in an empty folder, ended by the first line that fails. */
async function runLines(script: string, env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const cwd = mkdtempSync(join(folder, 'runner-'))
  const PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`
  const child = spawn('bash', ['-e', '-c', script], { cwd, env: { NODE_ENV: 'test', PATH, HOME: cwd, ...env } })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said }
}

async function deployed() {
  const id = await insertReadyEnvironment(api.ctx)
  const { slug, project } = await api.ctx.db.prisma.environment.findUniqueOrThrow({
    where: { id },
    include: { project: true },
  })
  return { id, snippet: { url, project: project.slug, environment: slug, branch: 'main' } }
}

it.each(['succeeded', 'failed'] as const)(
  'a deployment from a pipeline that %s',
  { timeout: 60_000 },
  async (status) => {
    const { id, snippet } = await deployed()
    const github = status === 'succeeded'
    const sha = (github ? 'a' : 'b').repeat(40)
    const step = github
      ? (parse(githubWorkflow(snippet)) as { jobs: { deploy: { steps: [object, { run: string; env: object }] } } }).jobs
          .deploy.steps[1].run
      : Object.values(parse(gitlabJob(snippet)) as Record<string, { script: string[] }>)[0]!.script.join('\n')
    const queued = new Promise<void>((resolve) => (asked = resolve))
    const running = runLines(step, {
      FAIRLEAD_URL: url,
      FAIRLEAD_TOKEN: token,
      ...(github
        ? { GITHUB_SHA: sha, GITHUB_RUN_ID: '17', GITHUB_RUN_ATTEMPT: '1' }
        : { CI_COMMIT_SHA: sha, CI_JOB_ID: '18' }),
    })
    await Promise.race([queued, running])
    await succeed(api.ctx, status)
    const { code, said } = await running
    expect(said).toContain(`Deployment 1`)
    expect(code, said).toBe(status === 'succeeded' ? 0 : 1)
    const row = await api.ctx.db.prisma.deployment.findFirstOrThrow({ where: { environmentId: id } })
    expect(row).toMatchObject({
      source: { type: 'git', ref: sha },
      idempotencyKey: github ? 'github-17-1' : 'gitlab-18',
    })
  },
)

it(
  'a pipeline that is run again after somebody rolled back is refused, and told how to go on',
  { timeout: 60_000 },
  async () => {
    const { id, snippet } = await deployed()
    const owner = systemActor('test')
    for (let count = 0; count < 2; count += 1) {
      await requestDeployment(api.ctx, owner, { environmentId: id })
      await succeed(api.ctx, 'succeeded')
    }
    await rollBack(api.ctx, owner, { environmentId: id })
    const script = Object.values(parse(gitlabJob(snippet)) as Record<string, { script: string[] }>)[0]!.script.join(
      '\n',
    )
    const env = { FAIRLEAD_URL: url, FAIRLEAD_TOKEN: token, CI_COMMIT_SHA: 'b'.repeat(40), CI_JOB_ID: '19' }
    const { code, said } = await runLines(script, env)
    expect(said).toContain(`fairlead environment follow-again ${snippet.project}/${snippet.environment}.`)
    expect(code, said).toBe(4)
    expect(await api.ctx.db.prisma.deployment.count({ where: { environmentId: id } })).toBe(3)
  },
)

it('the program is the same for everybody, and isn’t sent to whoever has it', async () => {
  const address = `${url}/api/cli/fairlead.mjs`
  const first = await GET(new Request(address))
  expect(first.headers.get('content-type')).toContain('text/javascript')
  const etag = first.headers.get('etag')!
  const second = await GET(new Request(address, { headers: { 'if-none-match': etag } }))
  expect([second.status, await second.text()]).toEqual([304, ''])
})
