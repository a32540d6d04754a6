// `fairlead admin`: for whoever sits at the panel's own machine, straight on its database. The key file is the right to do so.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { roles } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import { openContext, type Context } from '@/lib/panel/context.ts'
import { createTokenOnConsole } from '@/lib/panel/people.ts'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { readSettings } from '@/lib/settings.ts'
import { findPostgres } from '@/scripts/embedded-postgres.ts'
import { exitFor, exits, Stop, type Exit } from './exit.ts'
import type { Streams } from './output.ts'

const help = 'See: fairlead --help'

/** Throws Stop. A running panel isn't disturbed; an embedded database must be running, so start the panel first. */
export async function admin(args: string[], env: NodeJS.ProcessEnv, streams: Streams): Promise<Exit> {
  const [noun, verb, ...rest] = args
  const doing =
    noun === 'owner' && verb === 'create' ? createOwner : noun === 'token' && verb === 'create' ? createToken : null
  if (!doing) throw new Stop(exits.usage, `There is no “admin ${args.slice(0, 2).join(' ')}”. ${help}`)
  try {
    return await doing(rest, streams, () => openPanel(env))
  } catch (error) {
    if (error instanceof PanelError) {
      const { problems = [] } = error.details
      const fields = problems.map(({ path, message }) => `\n  ${path}: ${message}`).join('')
      throw new Stop(exitFor(error.code), `${error.message}${fields}`)
    }
    throw error
  }
}

type Open = () => Promise<Context>

async function createOwner(args: string[], streams: Streams, open: Open): Promise<Exit> {
  const { email, name } = read(args, { email: { type: 'string' }, name: { type: 'string' } })
  if (!email || !name) throw new Stop(exits.usage, `Give --email and --name. ${help}`)
  const password = await readPassword(streams)
  const ctx = await open()
  try {
    const owner = await createOwnerOnConsole(ctx, { email, name, password })
    streams.err(`${owner.name} owns this panel now.\n`)
    return exits.done
  } finally {
    await ctx.db.close()
  }
}

async function createToken(args: string[], streams: Streams, open: Open): Promise<Exit> {
  const {
    name,
    role = 'developer',
    days,
  } = read(args, { name: { type: 'string' }, role: { type: 'string' }, days: { type: 'string' } })
  const wanted = roles.find((known) => known === role)
  if (!name || !wanted) throw new Stop(exits.usage, `Give --name, and a --role of ${roles.join(', ')}. ${help}`)
  if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days))
    throw new Stop(exits.usage, `--days is a number of days. ${help}`)
  const expiresAt = days === undefined ? null : new Date(Date.now() + Number(days) * 86_400_000).toISOString()
  const ctx = await open()
  try {
    const { secret, token } = await createTokenOnConsole(ctx, { name, role: wanted, expiresAt })
    streams.err(`Token “${token.name}” (${token.role}); it is shown this once:\n`)
    streams.out(`${secret}\n`)
    return exits.done
  } finally {
    await ctx.db.close()
  }
}

function read<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new Stop(exits.usage, `${error instanceof Error ? error.message : 'Wrong options.'} ${help}`)
  }
}

/** Settings as `npm start` reads them: the same data folder, and the embedded database unless DATABASE_URL names another. */
async function openPanel(env: NodeJS.ProcessEnv): Promise<Context> {
  const dataDir = env.FAIRLEAD_DATA || join(projectRoot(), '.data')
  const url = env.DATABASE_URL || (await findPostgres(join(dataDir, 'postgres')))
  if (!url)
    throw new PanelError(
      'unavailable',
      `No panel runs with the data in ${dataDir}. Start it, or set FAIRLEAD_DATA or DATABASE_URL.`,
    )
  return openContext(readSettings({ ...env, FAIRLEAD_DATA: dataDir, DATABASE_URL: url }))
}

/** The folder of package.json, from the sources as from the built program. */
function projectRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

/** One line of standard input; typed at a terminal it isn't shown. */
async function readPassword(streams: Streams): Promise<string> {
  if (!process.stdin.isTTY) return readFileSync(0, 'utf8').replace(/\r?\n$/, '')
  streams.err('Password: ')
  const lines = createInterface({ input: process.stdin, terminal: true, output: undefined })
  const line = await new Promise<string>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(''))
  })
  lines.close()
  streams.err('\n')
  return line
}
