// One try to tell somebody: what is sent, and what its answer means.
import { isIP } from 'node:net'
import { channelConfig } from '@/lib/api/inputs-channels.ts'
import type { ChannelConfig } from '@/lib/api/inputs-channels.ts'
import { oneLine, toldEvents, toldWords, turnOf } from '@/lib/deploy/telling.ts'
import type { Told, ToldDeployment, ToldEvent } from '@/lib/deploy/telling.ts'
import { isPublic } from '@/lib/git/reach.ts'
import { mask } from '@/lib/redact/redactor.ts'
import type { Settings } from '@/lib/settings.ts'
import type { Settled, TakenMessage } from '@/lib/store/messages.ts'
import { guardedRequest, isAsked } from './guarded-get.ts'
import { judge, nextTry, said } from './tell-answer.ts'
import { discordMessage, slackMessage, teamsMessage } from './tell-chat.ts'
import { commitMark, repositoryLook } from './tell-commit.ts'
import { judgeLook, lookBytes } from './tell-look.ts'
import { sendMail } from './tell-mail.ts'
import { signedMessage } from './tell-webhook.ts'

export type TellSettings = Pick<Settings, 'publicUrl' | 'privateHosts' | 'smtpUrl' | 'mailFrom'>
type Sending = { message: TakenMessage; config: ChannelConfig; settings: TellSettings; signal: AbortSignal }

const tryMs = 10_000
const answerBytes = 4 * 1024

/** Never rejects but with the reason of `signal`: what goes wrong is what comes of it. */
export async function tell(
  message: TakenMessage,
  given: unknown,
  settings: TellSettings,
  signal: AbortSignal,
): Promise<Settled> {
  const config = channelConfig.parse(given)
  const limit = AbortSignal.timeout(tryMs)
  try {
    const sending = { message, config, settings, signal: AbortSignal.any([signal, limit]) }
    return config.kind === 'email' ? await mail(sending, config.to) : await call(sending, config)
  } catch (error) {
    signal.throwIfAborted()
    return nextTry(message.attempts, without(said(error, hostOf(config)), config))
  }
}

/** The one that the channel names; null = the mail server, which is none of its readers' business. */
function hostOf(config: ChannelConfig): string | null {
  if (config.kind === 'email') return null
  return new URL('url' in config ? config.url : config.apiUrl).hostname
}

async function mail({ message, settings, signal }: Sending, to: string[]): Promise<Settled> {
  const { smtpUrl, mailFrom, publicUrl } = settings
  if (smtpUrl === null)
    return { state: 'failed', answer: 'Whoever runs the panel has named no mail server (FAIRLEAD_SMTP_URL).' }
  const host = hostFor(publicUrl)
  const left = [...new Set(to)].filter((address) => !message.reached.includes(address))
  if (left.length === 0) return { state: 'sent', answer: 'Nobody is left of those who hadn’t got it.' }
  const mailing = { to: left, told: wordsOf(message, publicUrl), messageId: `<message-${message.id}@${host}>` }
  const from = mailFrom ?? `Fairlead <fairlead@${host}>`
  try {
    const { response, reached, refused } = await sendMail({ smtpUrl, from }, mailing, { signal, limitMs: tryMs })
    if (refused.length === 0) return { state: 'sent', answer: oneLine(response, 200) }
    const whom = refused.map((one) => `${one.address} (${oneLine(one.response, 100)})`).join(', ')
    const answer = oneLine(`Not taken for ${whom}`, 1_000)
    const isOver = refused.every(({ isForGood }) => isForGood)
    const settled: Settled = isOver ? { state: 'failed', answer } : nextTry(message.attempts, answer)
    return { ...settled, reached }
  } catch (error) {
    const { responseCode, response } = error as { responseCode?: number; response?: string }
    if (responseCode === undefined) throw error
    const answer = oneLine(response ?? String(responseCode), 200)
    return responseCode >= 500 ? { state: 'failed', answer } : nextTry(message.attempts, answer)
  }
}

async function call(sending: Sending, config: Exclude<ChannelConfig, { kind: 'email' }>): Promise<Settled> {
  const { message, settings, signal } = sending
  const { method, url: address, headers, body } = requestOf(sending, config)
  const url = new URL(address)
  const isLook = message.deployment === null && 'repository' in config
  const reply = await guardedRequest({
    method,
    url,
    connectTo: null,
    headers: { 'content-type': 'application/json', ...headers },
    body,
    bodyBytes: isLook ? lookBytes : answerBytes,
    isVerified: true,
    isAllowed: allowedBy(settings.privateHosts, url),
    signal,
  })
  const shown = { ...reply, body: without(reply.body, config), reason: without(reply.reason, config) }
  const settled = judge(shown, message.attempts, config.kind)
  return isLook && settled.state === 'sent' ? judgeLook(config, reply.body) : settled
}

/**
 * Everything public; and where the address names a host that whoever runs the panel has named, all that it resolves to. Where machines
 * keep their credentials nobody is told, whatever the name and whether that address is public.
 */
export function allowedBy(privateHosts: readonly string[], url: URL): (address: string) => boolean {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isNamed = privateHosts.includes(host)
  return (address) => isAsked(address, true) && (isNamed || isPublic(address.split('%')[0]!))
}

type Call = { method: string; url: string; headers: Record<string, string>; body: string }

function requestOf({ message, settings }: Sending, config: Exclude<ChannelConfig, { kind: 'email' }>): Call {
  const { publicUrl } = settings
  const told = wordsOf(message, publicUrl)
  const json = (url: string, body: object): Call => ({ method: 'POST', url, headers: {}, body: JSON.stringify(body) })
  switch (config.kind) {
    case 'slack':
      return json(config.url, slackMessage(told))
    case 'discord':
      return json(config.url, discordMessage(told))
    case 'teams':
      return json(config.url, teamsMessage(told))
    case 'webhook': {
      const deployment = message.deployment && deploymentOf(message.deployment, publicUrl)
      const at = Math.floor(Date.now() / 1_000)
      const written = { event: message.event, delivery: message.id, writtenAt: message.createdAt.toISOString() }
      return { method: 'POST', url: config.url, ...signedMessage(config.secret, at, { ...written, deployment }) }
    }
    case 'github':
    case 'gitlab':
    case 'gitea': {
      const { deployment, event } = message
      if (!deployment) return { method: 'GET', ...repositoryLook(config), body: '' }
      if (deployment.revision === null) throw new Error('there is no commit to mark')
      const turn = turnOf(eventOf(event), deployment.attempt)
      const mark = commitMark(config, turn, deploymentOf(deployment, publicUrl), deployment.revision)
      return { method: 'POST', ...mark, body: JSON.stringify(mark.body) }
    }
  }
}

function wordsOf({ event, deployment }: TakenMessage, publicUrl: string | null): Told {
  if (deployment) return toldWords(turnOf(eventOf(event), deployment.attempt), deploymentOf(deployment, publicUrl))
  return {
    title: 'A test message from Fairlead',
    line: 'Deployments will be told here.',
    failure: null,
    tone: 'plain',
    url: publicUrl,
  }
}

function eventOf(text: string): ToldEvent {
  const event = toldEvents.find((one) => one === text)
  if (!event) throw new Error(`nobody is told of ${text}`)
  return event
}

function deploymentOf(row: NonNullable<TakenMessage['deployment']>, publicUrl: string | null): ToldDeployment {
  const source = row.source as { ref?: string; number?: number }
  const failure = row.failure as { code: string; message: string; server?: string } | null
  return {
    id: row.id,
    number: row.number,
    kind: row.kind,
    project: row.project,
    environment: row.environment,
    ref: source.ref ?? (row.kind === 'activate' && source.number !== undefined ? `release ${source.number}` : null),
    commit: row.revision,
    by: row.byName,
    failure: failure && { code: failure.code, message: failure.message, server: failure.server ?? null },
    url: publicUrl === null ? null : `${publicUrl}/deployments/${row.id}`,
  }
}

/** Neither the address of a chat nor what signs or opens anything. */
function without(text: string, config: ChannelConfig): string {
  const secrets: string[] = []
  if ('url' in config) {
    const { pathname, search } = new URL(config.url)
    secrets.push(config.url, `${pathname}${search}`, pathname, ...pathname.split('/').filter((part) => part.length > 7))
    secrets.push(...new URL(config.url).searchParams.values())
  }
  if ('token' in config) secrets.push(config.token)
  if ('secret' in config) secrets.push(config.secret)
  return secrets.filter((secret) => secret.length > 3).reduce((clean, secret) => clean.replaceAll(secret, mask), text)
}

function hostFor(publicUrl: string | null): string {
  const host = publicUrl === null ? '' : new URL(publicUrl).hostname
  return host === '' || isIP(host) !== 0 || host.startsWith('[') ? 'localhost' : host
}
