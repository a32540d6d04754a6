// What is written while a transaction is under way goes together, in order; what fails fails for all of it.
import { expect, test } from 'vitest'
import type { NewEvent } from '@/lib/deploy/events.ts'
import type { ClaimedWrite } from '@/lib/store/claims.ts'
import { Ledger } from '@/lib/worker/ledger.ts'

const note = (message: string): NewEvent => ({ type: 'note', data: { level: 'note', code: 'test', message } })
const words = (events: readonly NewEvent[]): string[] =>
  events.map((event) => (event.data as { message: string }).message)

/** A store in memory: what each of its transactions has written. */
function store() {
  const transactions: string[][] = []
  let nextSeq = 1
  let refusal: Error | null = null
  const transact = async (work: (write: ClaimedWrite) => Promise<void>): Promise<void> => {
    const own: string[] = []
    const deployment = { id: 'd', environmentId: 'e', nextSeq, status: 'running' as const }
    const append = async (...events: NewEvent[]): Promise<void> => void own.push(...words(events))
    await work({ client: null as never, deployment, append })
    if (refusal) throw refusal
    nextSeq += own.length
    transactions.push(own)
  }
  return { transactions, transact, refuse: (error: Error | null) => void (refusal = error) }
}

test('one transaction for all that comes meanwhile, numbered in the order of calls', async () => {
  const { transactions, transact } = store()
  const taken: [string[], number][] = []
  const ledger = new Ledger(transact, (events, first) => taken.push([words(events), first]))
  const first = ledger.write([note('a')])
  const others = first.then(() => undefined)
  // The first has begun by the time these come.
  await Promise.resolve()
  const inside = ledger.write([note('c')], (write) => write.append(note('b')))
  await Promise.all([others, inside, ledger.write([note('d'), note('e')]), ledger.write([])])
  await ledger.after(async () => void transactions.push(['between']))
  await ledger.write([note('f')])
  expect(transactions).toEqual([['a'], ['b', 'c', 'd', 'e'], ['between'], ['f']])
  expect(taken).toEqual([
    [['a'], 1],
    [['b', 'c', 'd', 'e'], 2],
    [['f'], 6],
  ])
})

test('what goes together fails together, is not tried again, and stops nothing that comes later', async () => {
  const { transactions, transact, refuse } = store()
  const taken: string[] = []
  const ledger = new Ledger(transact, (events) => taken.push(...words(events)))
  refuse(new Error('lost'))
  const ends = await Promise.allSettled([ledger.write([note('a')]), ledger.write([note('b')])])
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  refuse(null)
  await ledger.write([note('c')])
  expect(transactions).toEqual([['c']])
  expect(taken).toEqual(['c'])
})
