import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { readSettings } from '@/lib/settings.ts'
import { guardAddresses, knownProxies } from '../../scripts/start-address.ts'

let server: Server
afterEach(() => new Promise((resolve) => server.close(resolve)))

it('lets nobody but a known proxy say where a request comes from', async () => {
  // As a client on the internet: this machine is no proxy.
  guardAddresses(['192.0.2.0/24'])
  server = createServer((request, response) => response.end(JSON.stringify(request.headers['x-forwarded-for'])))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const seen = async (headers: Record<string, string>) => (await fetch(url, { headers })).json()
  expect(await seen({ 'x-forwarded-for': '198.51.100.1' })).toBe('127.0.0.1')
  expect(await seen({ 'X-FORWARDED-FOR': '198.51.100.1, 192.0.2.1' })).toBe('127.0.0.1')
  expect(await seen({})).toBe('127.0.0.1')
  // Believed once: what a process has subscribed to stays.
  const isProxy = knownProxies(readSettings({ DATABASE_URL: 'postgresql://x' }).proxies)
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.9.9.9'].map(isProxy)).toEqual([true, true, true, true])
  expect(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '10.0.0.1'].map(isProxy)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
