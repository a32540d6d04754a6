import { expect, it } from 'vitest'
import type { Segment, Step } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploy, hookOf, releaseOf } from './engine-ground.ts'
import type { Place } from './engine-run-as.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'
import type { Flight } from './flight.ts'

const [one, other] = ['1', '2'].map((digit) => `A=${digit.repeat(40_000)}\n`) as [string, string]
const [live, next] = [releaseOf(1), releaseOf(2)]

/** The last hash that a flight said `.env` has. */
function saidOf(flight: Flight): string[] {
  return flight.entries
    .flatMap((entry) => (entry.type === 'fact' && entry.key === 'env' ? [entry.value] : []))
    .slice(-1)
}

/** Undoing on a disk that is full from somewhere on. */
export function fullDiskContract(place: Place): void {
  const shell = async (command: string): Promise<string> => (await run(place.connection, command)).output

  async function liveRoot() {
    const root = await place.machine.root()
    await deploy(place, root, { number: 1, env: one })
    const [owner = '', group = ''] = (await shell('id -un; id -gn')).split('\n')
    const permissions = { owner, group, mode: 'keep-exec' } as const
    const restore = step(1, { do: 'restore', release: live, segment: 'main', number: 1, permissions })
    const hashOf = async () => (await shell(`sha256sum <${root}/current/.env`)).slice(0, 64)
    const flown = (number: number, name: string, steps: Step[], env: string | null = null) => {
      const segment: Segment = { name, targetId: 'target', steps }
      return fly(place.connection, context(root, number), segment, { env })
    }
    return { root, permissions, restore, hashOf, flown }
  }

  it('leaves one set of variables or the other wherever the room ends, and says which', async () => {
    const { root, permissions, restore, hashOf, flown } = await liveRoot()
    let known = sha256(one)
    let changes = 0
    for (const [at, room] of [0, 200, 300, 340, 380, 420, 460, 500].entries()) {
      const wanted = known === sha256(one) ? other : one
      const action = { do: 'configure', release: live, number: 2, sha256: sha256(wanted), permissions } as const
      const fill = `set -- $(stat -f -c '%a %S' .); head -c $(($1 * $2 - ${room} * 1024)) /dev/zero >fill`
      await shell(`cd ${root}; rm -rf .fairlead/run/*; sync; ${fill}`)
      const main = await flown(
        at + 2,
        'main',
        [step(1, action), step(2, { do: 'hook', hook: hookOf('exit 3') })],
        wanted,
      )
      known = saidOf(main)[0] ?? known
      if (factOf(main, 'configured') !== undefined) {
        changes += 1
        const undo = await flown(at + 2, 'undo', [restore])
        expect([room, undo.refused, outcomes(undo)]).toEqual([room, null, ['1 ok', 'close ok']])
        known = saidOf(undo)[0]!
      }
      expect([room, await hashOf()]).toEqual([room, known])
      expect(known).toBe(sha256(one))
      await shell(`rm ${root}/fill`)
    }
    expect(changes).toBeGreaterThan(0)
  })

  it('leaves no half of a mark where not even that finds room', async () => {
    const { root, flown } = await liveRoot()
    const fill = `dd if=/dev/zero of=${root}/fill bs=1M; rm -rf ${root}/.fairlead/run/2/main/reserve`
    await shell(`cd ${root}; cp -a release/${live} release/${next}`)
    const filling = step(8, { do: 'hook', hook: hookOf(`${fill}; dd if=/dev/zero of=${root}/more bs=4k; true`) })
    const complete = step(9, { do: 'complete', release: next, revision: 'a'.repeat(40), envSha256: null })
    const flight = await flown(2, 'main', [filling, complete])
    expect(outcomes(flight)).toEqual(['8 ok', '9 failed', 'close failed'])
    expect(factOf(flight, 'failure')).toMatch(/^disk_full /)
    expect(await shell(`cd ${root}; rm fill more; ls -A .fairlead/complete`)).toBe(`${live}\n`)
  })

  it('puts back what was there although a hook has filled the disk, and others take whatever gets free', async () => {
    const { root, permissions, restore, hashOf, flown } = await liveRoot()
    const filling = step(9, { do: 'hook', hook: hookOf(`dd if=/dev/zero of=${root}/fill bs=1M count=64; exit 3`) })
    const action = { do: 'configure', release: live, number: 2, sha256: sha256(other), permissions } as const
    expect(outcomes(await flown(2, 'main', [step(1, action), filling], other))).toEqual([
      '1 ok',
      '9 failed',
      'close failed',
    ])
    expect(await hashOf()).toBe(sha256(other))
    const refill = `dd if=/dev/zero of=${root}/more bs=4k 2>&1 | grep -c 'No space left'`
    expect(await shell(refill)).toBe('1\n')
    expect(outcomes(await flown(2, 'undo', [restore]))).toEqual(['1 ok', 'close ok'])
    expect(await hashOf()).toBe(sha256(one))

    await shell(
      `cd ${root}; rm fill more; cp -a release/${live} release/${next}; cp .fairlead/complete/${live} .fairlead/complete/${next}`,
    )
    const forth = step(1, { do: 'switch', release: next, expectCurrent: live })
    expect(outcomes(await flown(3, 'main', [forth, filling]))).toEqual(['1 ok', '9 failed', 'close failed'])
    expect(await shell(refill)).toBe('1\n')
    const back = step(1, { do: 'switch', release: live, expectCurrent: next })
    expect(outcomes(await flown(3, 'undo', [back]))).toEqual(['1 ok', 'close ok'])
    expect(await shell(`readlink ${root}/current; rm ${root}/fill`)).toBe(`${root}/release/${live}\n`)
  })
}
