'use client'
// What each kind of channel needs. It is written here and never read back.
import type { ComponentProps } from 'react'
import type { TypedConfig } from '@/lib/api/inputs-channels.ts'
import { Field, TextField } from '../form/field.tsx'
import type { ChannelKind } from './kinds.ts'

const chats = {
  slack: { placeholder: 'https://hooks.slack.com/services/…', hint: 'Of an “incoming webhook” of your Slack app.' },
  discord: {
    placeholder: 'https://discord.com/api/webhooks/…',
    hint: 'Channel settings, Integrations, Webhooks, “Copy webhook URL”.',
  },
  teams: {
    placeholder: 'https://….webhook.office.com/…',
    hint: 'Of a workflow “Post to a channel when a webhook request is received”.',
  },
  webhook: {
    placeholder: 'https://ci.example.org/fairlead',
    hint: 'Gets JSON by POST; X-Fairlead-Signature proves where it comes from.',
  },
} as const
const hosts = {
  github: {
    apiUrl: 'https://api.github.com',
    repository: 'you/shop',
    hint: 'Of a fine-grained token with “Commit statuses: read and write”.',
  },
  gitlab: {
    apiUrl: 'https://gitlab.com/api/v4',
    repository: 'you/shop',
    hint: 'Of a token with the scope “api”. Marks join the pipeline of the commit: where an environment waits for the check “pipeline”, choose “succeeded” alone.',
  },
  gitea: {
    apiUrl: '',
    repository: 'you/shop',
    hint: 'Of a token with “repository: read and write”; the address ends in /api/v1.',
  },
} as const

function isHost(kind: ChannelKind): kind is keyof typeof hosts {
  return Object.hasOwn(hosts, kind)
}

/** `addresses`: of e-mail those that are told now, one a line. */
export function ConfigFields({ kind, addresses }: { kind: ChannelKind; addresses?: string }) {
  if (kind === 'email')
    return (
      <TextField
        name="config.to"
        label="Addresses"
        rows={2}
        defaultValue={addresses}
        placeholder="team@example.org"
        hint="One a line."
        required
      />
    )
  if (isHost(kind))
    return (
      <>
        <Field
          name="config.apiUrl"
          label="Address of its API"
          defaultValue={hosts[kind].apiUrl}
          placeholder="https://git.example.org/api/v1"
          autoComplete="off"
          required
        />
        <Field name="config.repository" label="Repository" placeholder={hosts[kind].repository} {...code} required />
        <Field name="config.token" label="Token" hint={hosts[kind].hint} {...secret} required />
      </>
    )
  const { placeholder, hint } = chats[kind]
  return (
    <>
      <Field name="config.url" label="Address" placeholder={placeholder} hint={hint} {...code} required />
      {kind === 'webhook' && (
        <Field
          name="config.secret"
          label="Secret"
          hint="At least 16 characters, the same as there. Stored encrypted."
          {...secret}
          required
        />
      )}
    </>
  )
}

const code = { autoComplete: 'off', autoCapitalize: 'none' } satisfies ComponentProps<'input'>
const secret = { ...code, type: 'password' } satisfies ComponentProps<'input'>

export function readConfig(kind: ChannelKind, data: FormData): TypedConfig {
  const text = (name: string): string => String(data.get(`config.${name}`) ?? '').trim()
  if (kind === 'email')
    return {
      kind,
      to: text('to')
        .split(/[\s,;]+/)
        .filter((address) => address !== ''),
    }
  if (isHost(kind)) return { kind, apiUrl: text('apiUrl'), token: text('token'), repository: text('repository') }
  if (kind === 'webhook') return { kind, url: text('url'), secret: text('secret') }
  return { kind, url: text('url') }
}
