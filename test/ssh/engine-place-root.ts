import { expect, it } from 'vitest'
import { parseCheck } from '@/lib/deploy/check.ts'
import { checkProgram } from '@/lib/deploy/programs.ts'
import { fileCommands } from '@/lib/spec/file-commands.ts'
import type { PlacedFile } from '@/lib/deploy/types.ts'
import { run } from './contract.ts'
import { context, deploy, releaseOf } from './engine-ground.ts'
import { placed } from './engine-place.ts'
import type { Place } from './engine-run-as.ts'
import { answer, factOf, fly, outcomes, step } from './flight.ts'

const path = '/etc/nginx-sites/shop.conf'
const text = 'listen 443;\n# never-said\n'

/** Files where only root may write: by sudo lines that the check prints, or not at all. */
export function placeRootContract(place: Place, userland: 'gnu' | 'busybox'): void {
  const release = releaseOf(1)
  const permissions = { owner: 'deployer', group: 'deployer', mode: 'keep-exec' } as const
  const fileAt = (where: string, content: string | null, known: string | null = null): PlacedFile => {
    const { made, ...rest } = placed('server', where, content, known)
    return { ...rest, made: made && { ...made, mode: '0644' } }
  }
  async function configure(root: string, number: number, file: PlacedFile, fails: boolean) {
    const steps = [
      step(1, { do: 'place', release, files: [file], permissions, holds: [] }),
      ...(fails ? [step(2, { do: 'verify', release: releaseOf(99), envSha256: null })] : []),
    ]
    const segment = { name: 'main', targetId: 't', steps }
    return fly(place.connection, context(root, number), segment, { files: [new TextEncoder().encode(text)] })
  }
  async function undo(root: string, number: number, where = path) {
    const action = {
      do: 'unplace' as const,
      release,
      segment: 'main',
      files: [{ target: 'server' as const, path: where }],
    }
    return fly(place.connection, context(root, number), { name: 'undo', targetId: 't', steps: [step(1, action)] })
  }
  async function check(root: string) {
    const asked = {
      root,
      users: [],
      groups: [],
      owner: null,
      commands: fileCommands({ path, owner: null, group: null, mode: '0644' }),
    }
    const { text: said = '' } = await answer(place.connection, checkProgram(asked))
    const report = parseCheck(Buffer.from(said), { ...asked, mine: null, adopt: false, nowMs: Date.now() })
    return report.lines.find(({ id }) => id === 'files')
  }

  it('writes what only root may write by the sudo lines that the check asks for, undoes it, and takes it away', async () => {
    const root = await place.machine.root()
    await deploy(place, root, { number: 1 })
    await place.machine.shell('cp /etc/sudoers /etc/sudoers.kept; mkdir -m 755 /etc/nginx-sites')
    const file = fileAt(path, text)
    const refused = await configure(root, 2, file, false)
    expect(factOf(refused, 'failure')).toMatch(/^command_failed .*is root's to write, and sudo does not allow it/)
    const missing = await check(root)
    expect(missing).toMatchObject({ verdict: 'failed' })
    const lines = (missing?.remedy ?? '').split('\n').filter((line) => line.startsWith('deployer ALL='))
    if (userland === 'busybox') {
      // Its install isn't on this machine: that is said, and nothing is written.
      expect(missing?.detail).toContain('install is not on this server')
      await place.machine.shell('rmdir /etc/nginx-sites')
      return
    }
    expect(lines).toHaveLength(6)
    await place.machine.shell(`cat >>/etc/sudoers <<'EOF'\n${lines.join('\n')}\nEOF\nvisudo -c`)
    expect(await check(root)).toMatchObject({ verdict: 'ok', detail: 'everything needed is allowed' })

    const seen = async () =>
      (
        await run(
          place.connection,
          `cd /etc/nginx-sites; ls -A; cat shop.conf 2>/dev/null; stat -c '%U:%G %a' shop.conf 2>/dev/null`,
        )
      ).output
    // There was nothing, and there is nothing again.
    const third = await configure(root, 3, file, true)
    expect([outcomes(third), third.output(1)]).toEqual([['1 ok', '2 failed', 'close failed'], `+ ${path}\n`])
    expect(await seen()).toBe(`shop.conf\n${text}root:root 644\n`)
    expect(outcomes(await undo(root, 3))).toEqual(['1 ok', 'close ok'])
    expect(await seen()).toBe('')
    // What a person had there, a link to elsewhere even, comes back as it was.
    await place.machine.shell(
      `cd /etc/nginx-sites; echo mine >real; chown nobody real; chmod 600 real; ln -s real shop.conf`,
    )
    expect(outcomes(await configure(root, 4, file, true)).at(-1)).toBe('close failed')
    expect(await seen()).toContain(text)
    expect(outcomes(await undo(root, 4))).toEqual(['1 ok', 'close ok'])
    expect(
      await place.machine.shell(`cd /etc/nginx-sites; ls -A; readlink shop.conf; cat real; stat -c '%U %a' real`),
    ).toBe('real\nshop.conf\nreal\nmine\nnobody 600\n')
    // It stays beside once the change is for good, as it wasn't ours; ours goes without a trace.
    const kept = await configure(root, 5, file, false)
    expect(factOf(kept, 'note')).toBe(
      `${path} was not Fairlead's: what it was is kept at /etc/nginx-sites/.shop.conf.fairlead-before`,
    )
    const again = await configure(root, 6, fileAt(path, null, text), false)
    expect(again.output(1)).toBe(`- ${path}\n`)
    expect(await place.machine.shell('ls -A /etc/nginx-sites')).toBe('real\n')
    expect((await run(place.connection, `grep -rl never-said ${root}`)).output).toBe('')
    await place.machine.shell('cp /etc/sudoers.kept /etc/sudoers; rm -r /etc/nginx-sites')
  })

  it.each([
    ['others may write in the directory', 'chmod 775 /etc/open/in'],
    ['others may write above', 'chmod 777 /etc/open'],
    ['a directory is another user’s', 'chown deployer /etc/open; chmod 555 /etc/open/in'],
  ])('does nothing as root where %s', async (_what, prepare) => {
    const root = await place.machine.root()
    await deploy(place, root, { number: 1 })
    await place.machine.shell(`mkdir -m 755 /etc/open; mkdir -m 755 /etc/open/in; ${prepare}`)
    const flight = await configure(root, 2, { ...fileAt('/etc/open/in/f', text) }, false)
    const failure = factOf(flight, 'failure')
    const listing = await place.machine.shell('ls -A /etc/open/in; rm -r /etc/open')
    expect(failure).toMatch(/^command_failed \/etc\/open\/in\/f: others may write in its directory, or in one above/)
    expect(listing).toBe('')
  })
}
