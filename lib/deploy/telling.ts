// What happens to deployments that others are told: people in chats, Git hosts, programs. The words are plain text; whoever sends
// them makes them safe for the medium.
import type { NewEvent } from './events.ts'

export const toldEvents = ['queued', 'started', 'succeeded', 'failed', 'cancelled', 'superseded'] as const
export type ToldEvent = (typeof toldEvents)[number]

/** What an event of a deployment is called when it is told; null = it isn't. */
export function toldEventOf(event: NewEvent): ToldEvent | null {
  if (event.type === 'requested') return 'queued'
  if (event.type === 'finished') return event.data.status
  return event.type === 'claimed' && event.data.attempt === 1 ? 'started' : null
}

/** What is known of a deployment by the time that it is told. Nothing in it is secret. */
export type ToldDeployment = {
  id: string
  number: number
  kind: string
  project: { id: string; name: string }
  environment: { id: string; name: string; slug: string }
  /** Branch, tag or what else was asked for; null = nothing of the kind. */
  ref: string | null
  commit: string | null
  by: string
  failure: { code: string; message: string; server: string | null } | null
  /** Of its page; null = the panel doesn't know its own address. */
  url: string | null
}
/** `tone`: how bad it is. `failure`: why it failed. */
export type Told = {
  title: string
  line: string
  failure: string | null
  tone: 'good' | 'bad' | 'plain'
  url: string | null
}

/**
 * What is told of an event. `overtaken`: superseded once its turn had come, as its commit was live by then, or part of what was; otherwise
 * another one has taken its place in the queue.
 */
export type ToldTurn = ToldEvent | 'overtaken'

/** `attempt`: how often a worker has taken the deployment. */
export function turnOf(event: ToldEvent, attempt: number): ToldTurn {
  return event === 'superseded' && attempt > 0 ? 'overtaken' : event
}

const verbs: Record<ToldTurn, string> = {
  queued: 'is queued',
  started: 'has begun',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
  superseded: 'was superseded by a newer one',
  overtaken: 'was not needed: what is live has its commit',
}
const nouns: Record<string, string> = {
  deploy: 'Deployment',
  activate: 'Activation',
  configure: 'Change of variables or files',
  remove: 'Removal',
}

/** A title, a line about what it brings and who asked, and why it failed: single lines without invisible signs. */
export function toldWords(event: ToldTurn, deployment: ToldDeployment): Told {
  const { number, kind, project, environment, ref, commit, by, failure, url } = deployment
  const what = [ref ?? '', commit === null ? '' : commit.slice(0, 7)].filter((part) => part !== '').join(' at ')
  const where = failure?.server ? `${failure.server}: ` : ''
  return {
    title: oneLine(`${project.name} / ${environment.name}: ${nouns[kind] ?? 'Run'} ${number} ${verbs[event]}`, 250),
    line: oneLine(`${what === '' ? '' : `${what}, `}asked for by ${by}`, 500),
    failure: event === 'failed' && failure ? oneLine(`${where}${failure.message}`, 1_000) : null,
    tone: event === 'succeeded' ? 'good' : event === 'failed' ? 'bad' : 'plain',
    url,
  }
}

/** Nothing that ends a line, turns the direction of writing or can't be seen; at most so many characters. */
export function oneLine(text: string, most: number): string {
  const plain = text.replace(/[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\s]+/gu, ' ').trim()
  const letters = [...plain]
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : plain
}
