import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { openClient } from '@/lib/cli/client.ts'
import { follow } from '@/lib/cli/follow.ts'

const away = JSON.stringify({ error: { code: 'unavailable', message: 'The database does not answer.', details: {} } })
const ended = {
  id: 'x',
  number: 7,
  kind: 'deploy',
  source: { type: 'git', ref: 'main' },
  status: 'succeeded',
  revision: null,
  release: null,
  failure: null,
  requestedByName: 'Ada',
  createdAt: '',
  startedAt: null,
  finishedAt: null,
  steps: [],
}

it('is patient with a panel whose database is away, also when the deployment has just ended', async () => {
  const refusals = { '/events': 2, '': 3 }
  const server = createServer((request, response) => {
    const what = request.url?.endsWith('/events') ? '/events' : ''
    if (refusals[what]-- > 0) return void response.writeHead(503).end(away)
    response.end(what === '' ? JSON.stringify(ended) : 'id: e1.c0\nevent: end\ndata: {}\n\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const client = openClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'fl_token')
    const said: string[] = []
    const streams = { out: () => {}, err: (text: string) => void said.push(text), isTerminal: false }
    expect(await follow(client, '/environments/1/deployments/7', streams, false)).toMatchObject({ status: 'succeeded' })
    expect(said).toEqual(['The database does not answer. Trying again.\n'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
