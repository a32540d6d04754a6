// The server of the model and a real one are asked the same things, and say the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bootstrapCommand } from '@/lib/deploy/bootstrap.ts'
import { FrameReader } from '@/lib/deploy/frames.ts'
import { adoptProgram, attachProgram, cancelProgram, stateProgram } from '@/lib/deploy/programs.ts'
import { parseState } from '@/lib/deploy/state.ts'
import type { Connection, Segment } from '@/lib/deploy/types.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { randomFrom } from '../faults/random.ts'
import { startHost } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { context, hookOf } from '../ssh/engine-ground.ts'
import { answer, startParts, step, stream } from '../ssh/flight.ts'
import { freshServer, isRunning, realRules, receive, runOf } from './server.ts'
import type { Message } from './server.ts'

let host: Host
let connection: Connection
const connector = openConnector()
beforeAll(async () => {
  host = await startHost()
  connection = await connector.connect(host.address)
})
afterAll(async () => {
  await connector.close()
  await host.stop()
})

const waiting = step(1, { do: 'hook', hook: hookOf('sleep 600', { release: 'release_1' }) }, { timeoutMs: 600_000 })
type Asked = Pick<Message, 'do' | 'id' | 'epoch'>

/** What the real one says first; whoever asked goes then. */
async function ask(root: string, { do: what, id, epoch }: Asked, steps: Segment['steps']): Promise<string> {
  const [deployment = '', name = ''] = id.split('/')
  const ctx = context(root, Number(deployment), { epoch: `${epoch}`, graceMs: 200 })
  const programs = {
    start: () => Buffer.concat(startParts(ctx, { name, targetId: 'target', steps }, {})),
    attach: () => stream(attachProgram(ctx, name, { journal: 0, steps: {} })),
    adopt: () => stream(adoptProgram(ctx, name)),
    cancel: () => stream(cancelProgram(ctx, name)),
  }
  const channel = await connection.exec(bootstrapCommand)
  channel.write(programs[what]()).then(
    () => channel.end(),
    () => {},
  )
  const reader = new FrameReader()
  try {
    for await (const bytes of channel.output)
      for (const frame of reader.push(bytes)) {
        if (frame.type === 'X') return frame.code
        if (frame.type === 'Z') return Buffer.from(frame.bytes).toString()
        if (frame.type === 'S') return frame.how
      }
  } finally {
    channel.close()
  }
  throw new Error(`no answer to ${what} ${id}`)
}

async function compare(root: string, asked: Asked[]): Promise<void> {
  const model = freshServer()
  for (const [index, one] of asked.entries()) {
    const said = receive(model, { ...one, steps: [] }, realRules)
    expect([index, one, await ask(root, one, [waiting])]).toEqual([index, one, said])
    const { text } = await answer(connection, stateProgram(context(root, 1)))
    if (text === undefined) continue
    const { epoch, epochSegment, segments } = parseState(Buffer.from(text))
    const running = segments.flatMap(({ deployment, name, state }) =>
      state === 'running' ? [`${deployment}/${name}`] : [],
    )
    expect([index, one, Number(epoch), epochSegment, running]).toEqual([
      ...[index, one, model.epoch, model.holder],
      model.runs.filter(isRunning).map(({ id }) => id),
    ])
  }
  await ask(root, { do: 'start', id: '99/main', epoch: 99 }, [])
}

test('in the order of a take-over', async () => {
  const asked = (what: Asked['do'], id: string, epoch: number): Asked => ({ do: what, id, epoch })
  await compare(await host.root(), [
    asked('attach', '1/main', 1),
    asked('adopt', '1/main', 1),
    asked('cancel', '1/main', 2),
    asked('start', '1/main', 1),
    asked('start', '2/main', 3),
    asked('start', '2/main', 3),
    asked('adopt', '2/main', 5),
    asked('start', '2/undo', 4),
    asked('cancel', '2/main', 4),
    asked('attach', '2/main', 1),
    asked('start', '3/main', 6),
    asked('adopt', '2/main', 7),
    asked('start', '2/main', 6),
    asked('start', '1/undo', 5),
  ])
})

test.for([1, 2])('in any order (seed %i)', async (seed) => {
  const random = randomFrom(seed)
  const model = freshServer()
  const asked: Asked[] = []
  while (asked.length < 16) {
    const what = random.pick(['start', 'start', 'adopt', 'attach', 'cancel'] as const)
    const id = random.pick(['1/main', '1/undo', '2/main', '2/undo', '3/main'])
    // What runs ends some time after it is cancelled, which is not what is compared here.
    if (what === 'cancel' && runOf(model, id)) continue
    const one = { do: what, id, epoch: 1 + Math.floor(random.next() * 3) + Math.floor(asked.length / 4) }
    asked.push(one)
    receive(model, { ...one, steps: [] }, realRules)
  }
  await compare(await host.root(), asked)
})
