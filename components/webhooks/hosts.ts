// How each Git host is told where to post: what to open there, and what to fill in.
import type { WebhookView } from '@/lib/api/shapes-webhooks.ts'

export type Provider = WebhookView['provider']

type Host = {
  word: string
  /** Where its form for webhooks is. */
  open: string
  /** What its form calls the address and the secret. */
  address: string
  secret: string
  /** Lines in order, after the two. */
  then: string[]
}

export const hosts: Record<Provider, Host> = {
  github: {
    word: 'GitHub',
    open: 'the repository’s Settings, Webhooks, “Add webhook”',
    address: 'Payload URL',
    secret: 'Secret',
    then: [
      'Content type: application/json.',
      'Events: “Just the push event”. Where checks have to pass first, choose “Pushes”, “Check runs” and “Statuses” instead.',
    ],
  },
  gitlab: {
    word: 'GitLab',
    open: 'the project’s Settings, Webhooks, “Add new webhook”',
    address: 'URL',
    secret: 'Secret token',
    then: ['Trigger: “Push events” and “Tag push events”; “Pipeline events”, too, where checks have to pass first.'],
  },
  bitbucket: {
    word: 'Bitbucket',
    open: '“Repository settings”, Webhooks, “Add webhook”',
    address: 'URL',
    secret: 'Secret',
    then: [
      'Triggers: “Push”; where checks have to pass first, “Build status created” and “Build status updated”, too.',
    ],
  },
  gitea: {
    word: 'Gitea or Forgejo',
    open: 'the repository’s Settings, Webhooks, “Add webhook”, Gitea or Forgejo',
    address: 'Target URL',
    secret: 'Secret',
    then: [
      'Method: POST, content type application/json.',
      'Trigger on: “Push events”; where checks have to pass first, choose “Custom events” with “Push” and “Commit status”.',
    ],
  },
  generic: {
    word: 'Any other host',
    open: 'whatever shall post, such as a hook of your own Git server',
    address: 'Address',
    secret: 'Secret',
    then: [
      'POST JSON: {"event":"push","repository":"<address>","ref":"refs/heads/main","after":"<commit>"}.',
      'Header X-Fairlead-Signature: t=<seconds since 1970>,v1=<HMAC-SHA256, in hex, of those seconds, a full stop and the body>.',
    ],
  },
}
