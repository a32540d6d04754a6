// Attack 39 (peers' forged requests): addresses of channels come from people, and nothing of a private network is asked for them.
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { channelConfig } from '@/lib/api/inputs-channels.ts'
import type { Settled } from '@/lib/store/messages.ts'
import { guardedRequest, RefusedAddress } from '@/lib/worker/guarded-get.ts'
import { said } from '@/lib/worker/tell-answer.ts'
import { allowedBy, tell } from '@/lib/worker/tell.ts'
import { openHttp } from './tell-place.ts'

let http: Awaited<ReturnType<typeof openHttp>>
let port: string
beforeAll(async () => {
  http = await openHttp()
  port = new URL(http.url).port
})
afterAll(() => http.close())

const { signal } = new AbortController()

function told(url: string, privateHosts: string[] = []): Promise<Settled> {
  const message = {
    id: '1',
    event: 'test',
    attempts: 1,
    createdAt: new Date(0),
    reached: [],
    channel: { id: '', kind: 'webhook', config: Buffer.alloc(0) },
    deployment: null,
  }
  const settings = { publicUrl: null, privateHosts, smtpUrl: null, mailFrom: null }
  return tell(message, { kind: 'webhook', url, secret: 'a secret of sixteen' }, settings, signal)
}

describe('attack 39', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    'localhost',
    '[::1]',
    '[::]',
    '0.0.0.0',
    '169.254.169.254',
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0x7f.1',
    '0251.0376.0251.0376',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[::ffff:0:7f00:1]',
    '168.63.129.16',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '[fd00::1]',
    '[fe80::1]',
    '１２７.0.0.1',
  ])('%s is not asked', async (host) => {
    const before = http.heard.length
    const settled = await told(`http://${host}:${port}/`)
    expect(settled).toMatchObject({
      state: 'waiting',
      answer: expect.stringMatching(/^Fairlead does not ask /) as string,
    })
    expect(http.heard).toHaveLength(before)
  })

  it.each(['169.254.169.254', '168.63.129.16', '[fd00:ec2::254]', '[::ffff:0:a9fe:a9fe]'])(
    '%s is not asked, although whoever runs the panel named it',
    (host) => {
      const url = new URL(`http://${host}/`)
      const address = url.hostname.replace(/^\[(.*)\]$/, '$1')
      expect(allowedBy([address], url)(address)).toBe(false)
      expect(allowedBy(['chat.internal'], new URL('http://chat.internal/'))(address)).toBe(false)
      expect(allowedBy(['chat.internal'], new URL('http://chat.internal/'))('10.0.0.5')).toBe(true)
    },
  )

  it('a name that there isn’t and one of a private network read the same, without what it resolves to', () => {
    const gone = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })
    const words = said(new RefusedAddress('db.internal (10.0.0.5)'), 'db.internal')
    expect(words).toBe(said(gone, 'db.internal'))
    expect(words).toMatch(/^Fairlead does not ask db\.internal: /)
    expect(words).not.toContain('10.0.0.5')
  })

  it('a redirect to a private address is not followed, and is said to be one', async () => {
    http.answers.push({ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } })
    const before = http.heard.length
    expect(await told(http.url, ['127.0.0.1'])).toEqual({
      state: 'failed',
      answer: '302: it leads elsewhere, where Fairlead doesn’t follow. Give the address itself.',
    })
    expect(http.heard).toHaveLength(before + 1)
  })

  it('a name that resolves to something else the next time is looked at each time it is connected to', async () => {
    const before = http.heard.length
    const url = new URL(`http://rebound.example:${port}/`)
    const answers = [['8.8.8.8', '127.0.0.1'], ['127.0.0.1'], ['::ffff:127.0.0.1']]
    for (const addresses of answers) {
      let asked = 0
      const sent = guardedRequest({
        method: 'POST',
        url,
        connectTo: null,
        headers: {},
        body: 'x',
        bodyBytes: 10,
        isVerified: true,
        isAllowed: allowedBy([], url),
        signal,
        resolve: (_, __, done) => {
          asked += 1
          done(
            null,
            addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          )
        },
      })
      await expect(sent).rejects.toMatchObject({ name: 'RefusedAddress' })
      expect(asked).toBe(1)
    }
    expect(http.heard).toHaveLength(before)
  })

  it('what was looked at is what is connected to: nobody resolves the name again', async () => {
    const url = new URL(`http://rebound.example:${port}/`)
    let asked = 0
    const reply = await guardedRequest({
      method: 'POST',
      url,
      connectTo: null,
      headers: {},
      body: 'x',
      bodyBytes: 10,
      isVerified: true,
      isAllowed: () => true,
      signal,
      resolve: (_, __, done) => {
        asked += 1
        done(null, [{ address: '127.0.0.1', family: 4 }])
      },
    })
    expect([reply.status, asked]).toEqual([200, 1])
  })

  it.each([
    'gopher://example.org/',
    'file:///etc/passwd',
    'ftp://example.org/',
    'data:,x',
    'http://user:password@example.org/',
  ])('%s is no address of a channel', (url) => {
    expect(channelConfig.safeParse({ kind: 'slack', url }).success).toBe(false)
  })

  it('the words don’t tell an open port from a closed one, nor what speaks there', async () => {
    const odd = createServer((line) =>
      line
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-OpenSSH_9.6\r\n'),
    ).listen(0, '127.0.0.1')
    const gone = createServer().listen(0, '127.0.0.1')
    await Promise.all([once(odd, 'listening'), once(gone, 'listening')])
    const [oddPort, gonePort] = [odd, gone].map((server) => (server.address() as AddressInfo).port)
    gone.close()
    await once(gone, 'close')
    for (const privateHosts of [[], ['127.0.0.1']]) {
      const answers = [
        await told(`http://127.0.0.1:${oddPort}/`, privateHosts),
        await told(`http://127.0.0.1:${gonePort}/`, privateHosts),
      ]
      expect(answers[0]).toEqual(answers[1])
      expect(answers[0]!.answer).not.toMatch(/ECONN|SSH|HPE|\d{4,}/)
    }
    odd.close()
    await once(odd, 'close')
  })

  it('of an answer no more than its beginning is kept, without the address and the secret', async () => {
    http.answers.push({ status: 500, body: `/hooks/T0/long-secret a secret of sixteen ${'x'.repeat(100_000)}` })
    const { answer } = await told(`${http.url}/hooks/T0/long-secret`, ['127.0.0.1'])
    expect(answer).toMatch(/^500 Internal Server Error \[redacted\] \[redacted\] x+…$/)
    expect(answer.length).toBeLessThan(220)
  })
})
