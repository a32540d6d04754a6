// What each command does: calls of the API, and words about their answers.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import * as answers from './answers.ts'
import type { Command } from './arguments.ts'
import type { Client } from './client.ts'
import { exits, Stop, type Exit } from './exit.ts'
import { follow } from './follow.ts'
import { LogText } from './log-text.ts'
import { idOf } from './names.ts'
import { serversAsked } from './on-servers.ts'
import { everyPage, firstPage } from './pages.ts'
import { runPlan } from './plan.ts'
import { deploymentLine, environmentLine, releaseLine, standing, table, type Streams } from './output.ts'

/** Throws Stop. */
export async function run(command: Command, client: Client, streams: Streams): Promise<Exit> {
  if (command.name === 'environments') {
    const environments = await everyPage(client, answers.environment, '/environments')
    return list(command, streams, environments, environmentLine)
  }
  const id = await idOf(client, 'environment', command.environment)
  const base = `/environments/${id}`
  switch (command.name) {
    case 'deployments':
      return list(command, streams, await firstPage(client, answers.deployment, `${base}/deployments`), deploymentLine)
    case 'releases':
      return list(command, streams, await everyPage(client, answers.release, `${base}/releases`), releaseLine)
    case 'plan':
      return runPlan(command, client, streams, base)
    case 'deploy':
      return request(command, client, streams, base, '/deployments', {
        ...(command.ref === null ? {} : { ref: command.ref }),
        ...(command.unlessOlder ? { unlessOlder: true } : {}),
      })
    case 'activate':
      return request(command, client, streams, base, `/releases/${command.number ?? 0}/activate`, {})
    case 'rollback':
      return request(command, client, streams, base, '/rollback', { force: command.force })
    case 'cancel': {
      const number = command.number ?? (await numberUnderWay(client, base))
      const cancelled = await client.call(answers.deployment, 'POST', `${base}/deployments/${number}/cancel`, {
        ...(command.keep === null ? {} : { body: { keep: command.keep } }),
      })
      const words = cancelled.status === 'cancelled' ? standing(cancelled) : `Deployment ${number} is being cancelled.`
      streams.out(command.json ? jsonLine(cancelled) : `${words}\n`)
      return exits.done
    }
    case 'continue': {
      const number = command.number ?? (await numberUnderWay(client, base))
      const continued = await client.call(answers.deployment, 'POST', `${base}/deployments/${number}/continue`)
      streams.out(command.json ? jsonLine(continued) : `Deployment ${number} goes on with the other servers.\n`)
      return exits.done
    }
    case 'logs':
      return logs(command, client, streams, base)
  }
}

/** Queues something; the same key at each attempt, so that a lost answer doesn't deploy twice. */
async function request(
  command: Command,
  client: Client,
  streams: Streams,
  base: string,
  path: string,
  body: object,
): Promise<Exit> {
  const key = command.key ?? randomUUID()
  const queued = await client.call(answers.deployment, 'POST', `${base}${path}`, {
    body: { ...body, ...serversAsked(command), ...(command.plan === null ? {} : { expectedHash: command.plan }) },
    key,
    repeatable: true,
  })
  const words = standing(queued)
  if (command.json) streams.out(jsonLine(queued))
  else if (command.follow) streams.err(`${words}\n`)
  else streams.out(`${words}\n`)
  return command.follow ? followToEnd(command, client, streams, `${base}/deployments/${queued.number}`) : exits.done
}

async function followToEnd(
  command: Command,
  client: Client,
  streams: Streams,
  path: string,
  only: readonly string[] = [],
): Promise<Exit> {
  const ended = await follow(client, path, streams, command.json, only)
  streams[command.json ? 'out' : 'err'](command.json ? jsonLine({ deployment: ended }) : `${standing(ended)}\n`)
  return ended.status === 'succeeded' || ended.status === 'superseded' ? exits.done : exits.failed
}

async function logs(command: Command, client: Client, streams: Streams, base: string): Promise<Exit> {
  const number = command.number ?? (await newest(client, base)).number
  const path = `${base}/deployments/${number}`
  if (command.follow) return followToEnd(command, client, streams, path, command.servers)
  const text = new LogText(streams, () => client.call(answers.detail, 'GET', path), command.servers)
  for (let afterChunk = '0'; ;) {
    const page = await client.call(
      z.object({ chunks: z.array(answers.chunk.extend({ id: z.string() })) }),
      'GET',
      `${path}/log?afterChunk=${afterChunk}`,
    )
    const last = page.chunks.at(-1)
    for (const chunk of page.chunks) {
      if (command.json) streams.out(jsonLine(chunk))
      else await text.chunk(chunk)
    }
    if (!last) break
    afterChunk = last.id
  }
  if (!command.json) text.endLine()
  return exits.done
}

async function newest(client: Client, base: string): Promise<answers.Deployment> {
  const [first] = await firstPage(client, answers.deployment, `${base}/deployments?limit=1`)
  if (!first) throw new Stop(exits.refused, 'Nothing was deployed to this environment yet.')
  return first
}

/** The one that runs, else the one that would run next. */
async function numberUnderWay(client: Client, base: string): Promise<number> {
  const all = await firstPage(client, answers.deployment, `${base}/deployments?limit=100`)
  const found = all.filter(({ status }) => status === 'running' || status === 'queued').at(-1)
  if (!found) throw new Stop(exits.refused, 'No deployment is under way.')
  return found.number
}

function list<T>({ json }: Command, streams: Streams, items: T[], line: (item: T) => string[]): Exit {
  streams.out(json ? jsonLine(items) : table(items.map(line)))
  return exits.done
}

function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}
