// Whoever reads `current` while it is switched finds one release or the other, never nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Channel, Connection, Segment } from '@/lib/deploy/types.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { read, run } from './contract.ts'
import { context, deploy, grounds, releaseOf } from './engine-ground.ts'
import type { Ground } from './engine-ground.ts'
import { fly, step } from './flight.ts'

const switches = 1_000

/** Without a fork between two looks; says how often it saw release 1, release 2, and neither. */
const reader = `
  one=0 two=0 none=0
  while [ ! -e stop ]; do
    v=
    read -r v <current/version
    case $v in
      1) one=$((one + 1)) ;;
      2) two=$((two + 1)) ;;
      *) none=$((none + 1)); [ "$none" != 1 ] || : >missed ;;
    esac
    [ "$((one + two + none))" != 1 ] || : >"reading.$1"
  done 2>/dev/null
  echo "$one $two $none"
`

describe.each(grounds)('readers of current on %s', (_name, start) => {
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

  /** Readers that have each had a first look; `stop` gives the sums of what they saw. */
  async function startReaders(
    root: string,
    count: number,
  ): Promise<() => Promise<{ one: number; two: number; none: number }>> {
    const names = Array.from({ length: count }, (_, i) => String(i))
    const channels: Channel[] = []
    for (const name of names)
      channels.push(await connection.exec(`cd ${root} && exec sh -c '${reader}' reader ${name}`))
    const outputs = channels.map(read)
    for (const name of names) await run(connection, `until [ -e ${root}/reading.${name} ]; do sleep 0.05; done`)
    return async () => {
      await run(connection, `touch ${root}/stop`)
      const seen = (await Promise.all(outputs)).map((output) => output.toString().trim().split(' ').map(Number))
      await run(connection, `rm ${root}/stop ${root}/reading.*`)
      const sum = (at: number): number => seen.reduce((total, numbers) => total + numbers[at]!, 0)
      return { one: sum(0), two: sum(1), none: sum(2) }
    }
  }

  it(`never miss it during ${switches} switches`, async () => {
    const root = await ground.root()
    await deploy({ connection }, root, { number: 1 })
    await deploy({ connection }, root, { number: 2, live: 1 })
    const [even, odd] = [releaseOf(1), releaseOf(2)]
    const steps = Array.from({ length: switches }, (_, i) =>
      step(i + 1, { do: 'switch', release: i % 2 ? odd : even, expectCurrent: i % 2 ? even : odd }),
    )
    const segment: Segment = { name: 'main', targetId: 'target', steps }

    const stop = await startReaders(root, 2)
    const flight = await fly(connection, context(root, 3), segment)
    const seen = await stop()
    const switched = flight.entries.filter((entry) => entry.type === 'fact' && entry.key === 'switched')
    expect(switched).toHaveLength(switches)
    expect(flight.entries.at(-1)).toMatchObject({ type: 'close', outcome: 'ok' })
    expect(seen.none).toBe(0)
    expect(seen.one).toBeGreaterThan(switches / 10)
    expect(seen.two).toBeGreaterThan(switches / 10)
    expect((await run(connection, `ls -A ${root}`)).output).not.toMatch(/^current\./m)
  }, 180_000)

  it('do notice when it is gone for a moment', async () => {
    const root = await ground.root()
    await deploy({ connection }, root, { number: 1 })
    const stop = await startReaders(root, 1)
    await run(
      connection,
      `cd ${root} && mv current aside && until [ -e missed ]; do sleep 0.05; done; mv aside current`,
    )
    expect((await stop()).none).toBeGreaterThan(0)
  })
})
