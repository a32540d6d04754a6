// What a Git host is given to post to.
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { SetUp } from '@/components/webhooks/set-up.tsx'

it('the address of a webhook is the panel’s own, by whatever address its page was opened', () => {
  const webhook = {
    id: 'one',
    projectId: 'shop',
    provider: 'github' as const,
    path: '/api/webhooks/one',
    createdBy: 'Ada',
    createdAt: '2026-11-22T00:00:00.000Z',
    overlapUntil: null,
    lastDelivery: null,
  }
  const page = renderToStaticMarkup(createElement(SetUp, { webhook, panel: 'https://panel.example' }))
  expect(page).toContain('https://panel.example/api/webhooks/one<')
})
