import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detail } from '@/lib/cli/answers.ts'
import { LogText } from '@/lib/cli/log-text.ts'
import { LogWeave } from '@/lib/cli/log-weave.ts'

const step = (segment: string, n: number, name: string, server: string) => ({ segment, n, name, server })
const fleet = { targets: [], batches: [], numbers: {} }
const deployment = {
  ...{ id: 'x', number: 7, kind: 'deploy', source: { type: 'git', ref: 'main' }, status: 'running' },
  ...{ revision: null, release: null, failure: null, requestedByName: 'Ada' },
  ...{ createdAt: '', startedAt: null, finishedAt: null, fleet },
  steps: [
    step('ship-1', 5, 'after.pull', 'web-1'),
    step('ship-2', 5, 'after.pull', 'web-10'),
    step('switch-1', 1, 'switch', 'web-1'),
  ],
}

type Piece = [segment: string, step: number, text: string]

async function printed(pieces: Piece[], { only = [] as string[], isTerminal = false } = {}): Promise<string> {
  let text = ''
  const streams = { out: (piece: string) => void (text += piece), err: () => {}, isTerminal }
  const log = new LogText(streams, () => Promise.resolve(detail.parse(deployment)), only)
  for (const [segment, n, piece] of pieces) await log.chunk({ segment, step: n, text: piece })
  log.endLine()
  return text
}

const pieces: Piece[] = [
  ['ship-1', 5, 'installing\nhalf a '],
  ['ship-2', 5, '\x1b[31minstalling\n'],
  ['ship-1', 5, 'line\n'],
  ['switch-1', 1, 'done'],
]

describe('the log of several servers', () => {
  it('has each line whole, behind the name of its server', async () => {
    expect(await printed(pieces)).toBe(
      'web-1  | ==> after.pull\nweb-1  | installing\nweb-10 | ==> after.pull\nweb-10 | \x1b[31minstalling\n' +
        'web-1  | half a line\nweb-1  | ==> switch\nweb-1  | done\n',
    )
  })

  it('is that of one server when only that is asked for', async () => {
    expect(await printed(pieces, { only: ['web-1'] })).toBe(
      '==> after.pull\ninstalling\nhalf a line\n==> switch\ndone\n',
    )
    await expect(printed(pieces, { only: ['web-3'] })).rejects.toMatchObject({
      exit: 2,
      message: 'No server “web-3” takes part in this deployment.',
    })
  })

  it('lets no colour of one server run into the line of another', async () => {
    const lines = (await printed(pieces, { isTerminal: true })).split('\n')
    expect(lines[3]).toBe('\x1b[0;33mweb-10\x1b[0m | \x1b[31minstalling')
    expect(lines[4]).toBe('\x1b[0;36mweb-1 \x1b[0m | half a line')
  })
})

it('weaves whole lines of every writer, in its order, however they were cut and mixed', () => {
  const piece = fc.record({ writer: fc.constantFrom('a', 'b', 'c'), text: fc.stringMatching(/^[xy\n]{0,6}$/) })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (all) => {
      const weave = new LogWeave()
      const text = all.map(({ writer, text: one }) => weave.add(writer, writer, one)).join('') + weave.endAll()
      for (const writer of ['a', 'b', 'c']) {
        const wrote = all.flatMap((one) => (one.writer === writer ? one.text : [])).join('')
        const seen = text.split('\n').filter((line) => line.startsWith(`${writer} | `))
        const expected = wrote === '' || wrote.endsWith('\n') ? wrote : `${wrote}\n`
        expect(seen.map((line) => `${line.slice(4)}\n`).join('')).toBe(expected)
      }
      expect(text.split('\n').every((line) => line === '' || /^[abc] \| [xy]*$/.test(line))).toBe(true)
    }),
  )
})
