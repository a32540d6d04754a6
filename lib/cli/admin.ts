// `fairlead admin`: for whoever sits at the panel's own machine, straight on its database. The key file is the right to do so.
import { PanelError } from '@/lib/errors.ts'
import { backUp, restore, rotate } from './admin-keeping.ts'
import { createOwner, createToken } from './admin-people.ts'
import { exitFor, exits, Stop, type Exit } from './exit.ts'
import type { Streams } from './output.ts'

export type AdminCommand = (args: string[], env: NodeJS.ProcessEnv, streams: Streams) => Promise<Exit>

const commands: Record<string, AdminCommand> = {
  'owner create': createOwner,
  'token create': createToken,
  'backup create': backUp,
  'backup restore': restore,
  'rotate-key': rotate,
}

/** Throws Stop. */
export async function admin(args: string[], env: NodeJS.ProcessEnv, streams: Streams): Promise<Exit> {
  const length = [1, 2].find((count) => Object.hasOwn(commands, args.slice(0, count).join(' ')))
  if (!length) throw new Stop(exits.usage, `There is no “admin ${args.slice(0, 2).join(' ')}”. See: fairlead --help`)
  try {
    return await commands[args.slice(0, length).join(' ')]!(args.slice(length), env, streams)
  } catch (error) {
    if (error instanceof PanelError) {
      const { problems = [] } = error.details
      const fields = problems.map(({ path, message }) => `\n  ${path}: ${message}`).join('')
      throw new Stop(exitFor(error.code), `${error.message}${fields}`)
    }
    throw error
  }
}
