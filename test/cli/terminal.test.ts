// What others wrote, at a terminal: nothing of it steers that, whichever command shows it. Into a file it goes as it is.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openClient } from '@/lib/cli/client.ts'
import { findOperation, parseOperation } from '@/lib/cli/operation-command.ts'
import { runBlueprint } from '@/lib/cli/blueprint.ts'
import { runOperation } from '@/lib/cli/run-operation.ts'
import { clean } from '@/lib/cli/terminal.ts'
import { openApi, type Api } from '../api/server.ts'
import { insertReadyEnvironment } from '../panel/deployments.ts'

let api: Api
let token: string
let environmentId: string
const hostile = '\x1b]0;title\x07\x1b]52;c;ZXZpbA==\x07\x1b[2J\x1b[31mred\x1b[0m \u202egnp.exe\u202c\x9b31m\n'

beforeAll(async () => {
  api = await openApi()
  token = await api.token('owner')
  environmentId = await insertReadyEnvironment(api.ctx)
  await api.call('POST', `/environments/${environmentId}/deployments`)
  const { id } = await api.ctx.db.prisma.deployment.findFirstOrThrow()
  // An escape sequence that one piece ends in the middle of.
  const [first, second] = [hostile.slice(0, 5), hostile.slice(5)]
  let offset = 0n
  for (const text of [first, second]) {
    const bytes = new TextEncoder().encode(text)
    const place = { deploymentId: id, segment: 'main', step: 1, offset, firstLine: 0, lines: 1 }
    await api.ctx.db.prisma.logChunk.create({ data: { ...place, bytes } })
    offset += BigInt(bytes.length)
  }
})
afterAll(() => api.close())

async function shown(words: string[], isTerminal: boolean): Promise<string> {
  let out = ''
  const streams = { out: (text: string) => void (out += text), err: () => {}, isTerminal }
  const client = openClient(api.url, token)
  if (words[0] === 'export') {
    const command = { name: 'export', about: words[1]!, dryRun: false, json: false, url: null } as const
    await runBlueprint(command, client, streams)
  } else {
    const found = findOperation(words)!
    await runOperation(await parseOperation(found.entry, found.rest), client, streams)
  }
  return out
}
const steers = /\x1b(?!\[[0-9;]*m)|[\x80-\x9f\u202a-\u202e\u2066-\u2069]/

it('a log, piece by piece', async () => {
  const words = ['deployment', 'log', environmentId, '1']
  expect(await shown(words, true)).toMatch(/==> main 1.*\n\x1b\[31mred\x1b\[0m gnp\.exe31m\n$/)
  expect(await shown(words, false)).toContain(hostile)
})

it('a project as code, and whatever else is one text', async () => {
  const { project, slug } = await api.ctx.db.prisma.environment.findUniqueOrThrow({
    where: { id: environmentId },
    select: { slug: true, project: { select: { id: true, slug: true } } },
  })
  const body = { text: `echo ${hostile.replaceAll('\x07', '')}` }
  const saved = await api.call('PUT', `/environments/${environmentId}/hooks/after.pull`, { body })
  expect(saved.status, JSON.stringify(saved.body)).toBe(200)
  for (const words of [
    ['export', project.slug],
    ['project', 'export', project.slug],
  ]) {
    expect(await shown(words, true), words.join(' ')).not.toMatch(steers)
    expect(await shown(words, false)).toContain(slug)
  }
})

it('clean leaves colours, tabs and text of every direction', () => {
  expect(clean('\x1b[1;32mok\x1b[0m\tשלום مرحبا 👩‍🚀\n')).toBe('\x1b[1;32mok\x1b[0m\tשלום مرحبا 👩‍🚀\n')
})
