// What another tool, or a person, left in the place of `current` is taken over with consent only, and an undo puts it back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection, Segment } from '@/lib/deploy/types.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { run } from './contract.ts'
import { context, deploySegment, grounds, releaseOf } from './engine-ground.ts'
import type { Deployment, Ground } from './engine-ground.ts'
import { factOf, fly, outcomes, step } from './flight.ts'
import type { Flight } from './flight.ts'

describe.each(grounds)('adopting what is there, on %s', (_name, start) => {
  let ground: Ground
  let connection: Connection
  const connector = openConnector()
  beforeAll(async () => {
    ground = await start()
    connection = await connector.connect(ground.address)
  })
  afterAll(async () => {
    await connector.close()
    await ground.stop()
  })
  const shell = async (command: string): Promise<string> => (await run(connection, command)).output

  async function deploy(root: string, adopt: boolean, deployment: Deployment): Promise<Flight> {
    const { segment, tree } = await deploySegment(deployment)
    const steps = segment.steps.map((one) =>
      one.action.do === 'check' ? { ...one, action: { ...one.action, adopt } } : one,
    )
    return fly(connection, context(root, deployment.number), { ...segment, steps }, { payloads: [tree.payload] })
  }

  /** What the worker flies when a switch has to be taken back. */
  function undo(root: string, number: number, previous: string): Promise<Flight> {
    const release = releaseOf(number)
    const segment: Segment = {
      name: 'undo',
      targetId: 'target',
      steps: [step(1, { do: 'switch', release: previous, expectCurrent: release })],
    }
    return fly(connection, context(root, number), segment)
  }

  it.each([
    ['a real directory', 'mkdir current && echo old >current/version'],
    [
      'a Capistrano layout',
      'mkdir -p releases/20260101 shared && echo old >releases/20260101/version && ln -s "$PWD/releases/20260101" current',
    ],
    ['a relative link', 'mkdir old && echo old >old/version && ln -s old current'],
  ])('%s', async (_layout, make) => {
    const root = await ground.root()
    await shell(`cd ${root} && ${make}`)

    const refused = await deploy(root, false, { number: 1 })
    expect(outcomes(refused)).toContain('close failed')
    expect(factOf(refused, 'failure')).toMatch(/^owner_conflict .*adopt it first$/)
    expect(await shell(`cat ${root}/current/version`)).toBe('old\n')

    const agreed = await deploy(root, true, { number: 2 })
    expect(outcomes(agreed)).toContain('close ok')
    expect(await shell(`cat ${root}/current/version`)).toBe('2\n')

    const previous = factOf(agreed, 'previous')!
    expect(previous).toMatch(/^adopted\.2\.\d+$/)
    expect(outcomes(await undo(root, 2, previous))).toEqual(['1 ok', 'close ok'])
    expect(await shell(`cat ${root}/current/version; readlink ${root}/current`)).toBe(
      `old\n${root}/release/${previous}\n`,
    )

    const again = await deploy(root, true, { number: 3 })
    expect(outcomes(again)).toContain('close ok')
    expect(factOf(again, 'previous')).toBe(previous)
    expect(await shell(`cat ${root}/current/version ${root}/release/${previous}/version`)).toBe('3\nold\n')
  })
})
