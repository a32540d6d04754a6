import { expect, it } from 'vitest'
import { Turns } from '@/lib/worker/turns.ts'

const never = new AbortController().signal
/** What has its turn by now, in the order it got it; `end` is by name. */
function taking(turns: Turns) {
  const began: string[] = []
  const ends = new Map<string, () => void>()
  async function take(name: string, serverId: string, signal = never): Promise<void> {
    ends.set(name, await turns.take(serverId, signal))
    began.push(name)
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { began, take, settled, end: (name: string) => ends.get(name)!() }
}

it('gives turns in order, but for those whose server is busy', async () => {
  const { began, take, settled, end } = taking(new Turns({ ofWorker: 3, toServer: 1 }))
  for (const [name, server] of ['a:1', 'b:1', 'c:2', 'd:3', 'e:4'].map((text) => text.split(':') as [string, string]))
    void take(name, server)
  await settled()
  expect(began).toEqual(['a', 'c', 'd'])
  end('c')
  end('c')
  await settled()
  expect(began).toEqual(['a', 'c', 'd', 'e'])
  end('a')
  await settled()
  expect(began).toEqual(['a', 'c', 'd', 'e', 'b'])
})

it('forgets who doesn’t wait any more', async () => {
  const { began, take, settled, end } = taking(new Turns({ ofWorker: 1, toServer: 1 }))
  const stop = new AbortController()
  await take('a', '1')
  const waiting = take('b', '2', stop.signal)
  void take('c', '3')
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(take('d', '4', stop.signal)).rejects.toThrow('enough')
  end('a')
  await settled()
  expect(began).toEqual(['a', 'c'])
})
