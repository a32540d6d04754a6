// Sends an operation that was typed, and shows what comes back.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { pathParameters, type Operation } from '@/lib/api/operation.ts'
import { everyOperation } from '@/lib/api/register.ts'
import type { Client } from './client.ts'
import { comparisonText } from './compare-text.ts'
import { exits, type Exit } from './exit.ts'
import { idOf, nounOf } from './names.ts'
import type { OperationCommand } from './operation-command.ts'
import type { Streams } from './output.ts'
import { everyPage } from './pages.ts'
import { show } from './show.ts'
import { SafeText } from './terminal.ts'

/** Throws Stop. */
export async function runOperation(command: OperationCommand, client: Client, streams: Streams): Promise<Exit> {
  const { entry, json } = command
  const input = { ...command.input }
  for (const [name, value] of Object.entries(input)) {
    const noun = nounOf(name, entry.path)
    if (noun && typeof value === 'string') input[name] = await idOf(client, noun, value)
  }
  const path = await pathOf(command, client)
  const isQuery = entry.method === 'GET' || entry.method === 'DELETE'
  const query = isQuery
    ? new URLSearchParams(Object.entries(input).map(([name, value]) => [name, String(value)]))
    : null
  const target = query?.size ? `${path}?${query.toString()}` : path
  if (entry.produces === 'text/event-stream') {
    for await (const { event, data } of client.stream(target, '0'))
      streams.out(`${JSON.stringify({ [event]: data })}\n`)
    return exits.done
  }
  if (entry.produces && !json) {
    await download(client, target, streams)
    return exits.done
  }
  const isWhole = isList(entry.output) && !('limit' in input) && !('cursor' in input)
  const answer = isWhole
    ? { items: await everyPage(client, z.unknown(), target), next: null }
    : await client.call(z.unknown(), entry.method, target, {
        ...(isQuery ? {} : { body: input }),
        ...(entry.key ? { key: command.key ?? randomUUID() } : {}),
        repeatable: isQuery || entry.key !== undefined,
      })
  streams.out(json ? `${JSON.stringify(answer)}\n` : wordsOf(entry, answer, streams.isTerminal))
  return exits.done
}

/** A text as it comes: into a file or a pipe byte for byte, at a terminal without what could steer it. */
async function download(client: Client, path: string, { out, isTerminal }: Streams): Promise<void> {
  const safe = new SafeText()
  for await (const piece of client.download(path)) out(isTerminal ? safe.feed(piece) : piece)
  if (isTerminal) out(safe.end())
}

function wordsOf({ command }: Operation, answer: unknown, isTerminal: boolean): string {
  if (command === 'release compare') return comparisonText(answer)
  return show(answer, { isTerminal, withIds: isKnownById(command.split(' ')[0]!) })
}

/** Whether some command on such a thing has to be told its id. */
function isKnownById(noun: string): boolean {
  return everyOperation().some(
    ({ entry: { command, path } }) =>
      command.startsWith(`${noun} `) &&
      pathParameters(path).some((name) => /^id$|Id$/.test(name) && !nounOf(name, path)),
  )
}

async function pathOf({ entry, path }: OperationCommand, client: Client): Promise<string> {
  let made = entry.path
  for (const [name, typed] of Object.entries(path)) {
    const noun = nounOf(name, entry.path)
    const value = noun ? await idOf(client, noun, typed) : typed
    // Some events are two words of the path.
    made = made.replace(`{${name}}`, value.split('/').map(encodeURIComponent).join('/'))
  }
  return made === '/' ? '' : made
}

function isList(output: z.ZodType): boolean {
  return output instanceof z.ZodObject && 'items' in output.shape && 'next' in output.shape
}
