// Attack 33: what a page of another site sends with somebody's cookie.
import { describe, expect, it } from 'vitest'
import { isForeign, refuseForeign } from '@/lib/web/origin.ts'

const at = (headers: Record<string, string>) => new Headers({ host: 'panel.example', ...headers })

describe('a request', () => {
  it.each([
    [{ origin: 'https://panel.example' }, false],
    [{ origin: 'http://panel.example' }, false],
    [{}, false],
    [{ 'sec-fetch-site': 'same-origin' }, false],
    [{ origin: 'https://front.example', 'x-forwarded-host': 'front.example' }, false],
    [{ origin: 'https://evil.example' }, true],
    [{ origin: 'https://panel.example.evil.example' }, true],
    [{ origin: 'https://panel.example:8443' }, true],
    [{ origin: 'null' }, true],
    [{ origin: '' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, true],
  ])('with %j is foreign: %s', (headers, isIt) => {
    expect(isForeign(at(headers as Record<string, string>), null)).toBe(isIt)
  })

  it('comes from the address that people type, whatever host a proxy names', () => {
    const headers = at({ host: '127.0.0.1:3000', origin: 'https://panel.example' })
    expect(isForeign(headers, null)).toBe(true)
    expect(isForeign(headers, 'https://panel.example/')).toBe(false)
    expect(() => refuseForeign(headers, null)).toThrow('another site')
  })
})
