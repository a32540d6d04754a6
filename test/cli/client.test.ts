import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { openClient } from '@/lib/cli/client.ts'

/** What a terminal is told when a server answers like this. */
async function refusal(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const client = openClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'fl_token')
    return await client.call(z.unknown(), 'GET', '/environments').then(
      () => 'nothing',
      (error: Error) => error.message,
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

it('passes nothing on that would steer the terminal', async () => {
  const hostile = '\x1b]0;owned\x07\x1b[2J\x1b]8;;https://evil.example\x07here\x9b2J'
  const details = { problems: [{ path: hostile, message: hostile }] }
  const body = JSON.stringify({ error: { code: 'invalid', message: `No: ${hostile}`, details } })
  const said = await refusal((response) => response.writeHead(400).end(body))
  expect(said).toMatch(/^No: here/)
  expect(said).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
  const led = await refusal((response) => response.writeHead(302, { location: 'https://evil.example/\x9b2J' }).end())
  expect(led).toContain('leads to https://evil.example/')
  expect(led).not.toContain('\x9b')
})

it('never says a password that stands in the address', () => {
  expect(() => openClient('https://ann:hunter2@deploy.example.org', 'fl_token')).toThrow(/^Leave user and password out/)
})
