// What every answer says about itself, and what pages of other sites get.
import { expect, signIn, test } from './fixtures/team.ts'

const pages = ['/', '/people', '/audit', '/account', '/servers', '/servers/new', '/projects/new', '/environments/new']

test('attack 33: scripts run by the nonce of their page alone, which nobody frames', async ({ page, request }) => {
  // Many pages, each loaded whole.
  test.setTimeout(180_000)
  await signIn(page)
  const nonces = new Set<string>()
  for (const path of pages) {
    const answer = (await page.goto(path))!
    const policy = answer.headers()['content-security-policy']!
    const nonce = /script-src 'self' 'nonce-([\w+/=]{24})' 'strict-dynamic';/.exec(policy)?.[1]
    expect(nonce, path).toBeDefined()
    nonces.add(nonce!)
    for (const part of [`default-src 'self'`, `object-src 'none'`, `base-uri 'none'`, `frame-ancestors 'none'`])
      expect(policy, path).toContain(part)
    expect(answer.headers(), path).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(answer.headers()['x-powered-by'], path).toBeUndefined()
    const scripts = (await answer.text()).match(/<script\b[^>]*>/g) ?? []
    expect(scripts.length, path).toBeGreaterThan(0)
    for (const script of scripts) expect(script, path).toContain(`nonce="${nonce}"`)
  }
  expect(nonces.size).toBe(pages.length)
  // Addresses that only begin like those of files and streams.
  for (const path of ['/eventsfoo', '/icon.svgx', '/favicon.ico/x', '/_next/staticx', '/_next/imagex', '/apix']) {
    const answer = await page.request.get(path)
    expect(answer.headers()['content-security-policy'], path).toContain(`'nonce-`)
    const foreign = { origin: 'https://evil.example', 'next-action': 'x' }
    expect((await page.request.post(path, { headers: foreign, data: '[]' })).status(), path).toBe(403)
  }
  for (const path of ['/api/v1', '/events'])
    expect((await request.get(path)).headers()['content-security-policy'], path).toContain(`default-src 'none'`)
})

test('attack 33: what a page of another site sends is not done', async ({ page, team }) => {
  await signIn(page)
  const sessions = () => team.panel.context.db.prisma.session.count({ where: { endedAt: null } })
  const before = await sessions()
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `${team.panel.url}.evil.example` },
    { 'sec-fetch-site': 'cross-site' },
  ]
  for (const headers of foreign)
    for (const path of ['/account', '/people', '/sign-in', '/setup']) {
      const answer = await page.request.post(path, { headers: { ...headers, 'next-action': 'x' }, data: '[]' })
      expect(answer.status(), `${path} ${JSON.stringify(headers)}`).toBe(403)
    }
  const stream = await page.request.get('/events', { headers: { origin: 'https://evil.example' } })
  expect(stream.status()).toBe(403)
  expect(await sessions()).toBe(before)
})

test('attack 29: signed out, every page sends to sign in and every file is refused', async ({ request, team }) => {
  const { shop } = team
  const places = [...pages, `/environments/${shop.environmentId}`, '/start']
  const claims: Record<string, string>[] = [
    {},
    { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    { 'x-nonce': 'x' },
  ]
  for (const headers of claims)
    for (const path of places) {
      const answer = await request.get(path, { headers, maxRedirects: 0 })
      const text = await answer.text()
      expect(text, path).not.toMatch(/Shop|web1\.example/)
      expect(answer.status() === 307 || /NEXT_REDIRECT|sign-in/.test(text), path).toBe(true)
    }
  for (const path of ['/audit/export', '/events', `/deployments/${shop.environmentId}/log`])
    expect((await request.get(path)).status(), path).toBe(401)
})

test('attack 36: signing in leads on inside the panel alone', async ({ page, team }) => {
  for (const next of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/%5Cevil.example',
    'javascript:alert(1)',
  ]) {
    await page.context().clearCookies()
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
    await page.getByLabel('E-mail').fill('ada@example.org')
    await page.getByLabel('Password').fill('correct horse battery staple')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).not.toHaveURL(/sign-in/)
    expect(new URL(page.url()).origin, next).toBe(team.panel.url)
  }
})

test('attack 34: the address of the panel is never taken from a request', async ({ request }) => {
  const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
  for (const path of ['/', '/servers', '/sign-in']) {
    const answer = await request.get(path, { headers, maxRedirects: 0 })
    expect(answer.headers().location ?? '', path).not.toContain('evil.example')
    expect(await answer.text(), path).not.toContain('evil.example')
  }
})
