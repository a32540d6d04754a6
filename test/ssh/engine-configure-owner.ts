import { expect, it } from 'vitest'
import { run } from './contract.ts'
import { context, deploySegment, releaseOf } from './engine-ground.ts'
import type { Place } from './engine-run-as.ts'
import { factOf, fly, outcomes, sha256, step } from './flight.ts'

const [before, after] = ['A=1\n', 'A=2\n']
const permissions = { owner: 'www-data', group: 'deployer', mode: 'keep-exec' } as const
const release = releaseOf(1)

/** Variables of a release that belongs to another user, who must be able to read them at every moment. */
export function configureOwnerContract(place: Place): void {
  async function configure(root: string, number: number, hookFails: boolean) {
    const steps = [
      step(1, { do: 'configure', release, number, sha256: sha256(after), permissions }),
      ...(hookFails ? [step(2, { do: 'verify', release: releaseOf(99), envSha256: null })] : []),
    ]
    return fly(place.connection, context(root, number), { name: 'main', targetId: 'target', steps }, { env: after })
  }

  it('replaces variables that belong to another user by the sudo line of the permissions, or not at all', async () => {
    const root = await place.machine.root()
    const seen = async () =>
      (await run(place.connection, `cd ${root}/current/; cat .env; stat -c '%U:%G %a' .env; ls ${root}/release`)).output
    const path = root.replaceAll('.', '\\.')
    const line = `deployer ALL=(root) NOPASSWD: /usr/bin/chown ^-h -R -P --from=deployer www-data:deployer ${path}/release/[A-Za-z0-9][A-Za-z0-9._:+-]*$`
    await place.machine.shell(`cp /etc/sudoers /etc/sudoers.kept; echo '${line}' >>/etc/sudoers; visudo -c`)
    const { segment, tree } = await deploySegment({ number: 1, env: before })
    const pass = step(10, { do: 'permissions', release, permissions })
    const steps = [...segment.steps.slice(0, 4), pass, ...segment.steps.slice(4)]
    const payloads = [tree.payload]
    await fly(place.connection, context(root, 1), { ...segment, steps }, { env: before, payloads })
    expect(await seen()).toBe(`${before}www-data:deployer 640\n${release}\n`)

    expect(outcomes(await configure(root, 2, true)).at(-1)).toBe('close failed')
    expect(await seen()).toBe(`${after}www-data:deployer 640\n${release}\n`)
    const restore = step(1, { do: 'restore', release, segment: 'main', number: 1, permissions })
    const undone = await fly(place.connection, context(root, 2), {
      name: 'undo',
      targetId: 'target',
      steps: [restore],
    })
    expect(outcomes(undone).at(-1)).toBe('close ok')
    expect(await seen()).toBe(`${before}www-data:deployer 640\n${release}\n`)

    await place.machine.shell('cp /etc/sudoers.kept /etc/sudoers')
    const refused = await configure(root, 3, false)
    expect([outcomes(refused), factOf(refused, 'failure')]).toEqual([
      ['1 failed', 'close failed'],
      expect.stringMatching(/^command_failed the new \.env cannot be given to user 33 .* nothing was changed$/),
    ])
    expect(await seen()).toBe(`${before}www-data:deployer 640\n${release}\n`)
  })
}
