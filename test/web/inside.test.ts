import { expect, it } from 'vitest'
import { insidePath } from '@/lib/format/inside.ts'

it('keeps paths of the panel and drops whatever leads out of it', () => {
  for (const path of ['/', '/servers', '/environments/x?tab=pipeline#after.pull', '/deployments/x#L12'])
    expect(insidePath(path)).toBe(path)
  const hostile = [
    '//evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'http://[',
    'http:/\\/evil.example',
  ]
  for (const text of hostile) {
    const path = insidePath(text)
    expect(new URL(path, 'https://deploy.example.org').href, JSON.stringify(text)).toBe(
      `https://deploy.example.org${path}`,
    )
    expect(path, JSON.stringify(text)).not.toMatch('evil')
  }
})
