// The first people and tokens, made at the panel's own machine.
import { roles } from '@/lib/access.ts'
import { createTokenOnConsole } from '@/lib/panel/people.ts'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import type { AdminCommand } from './admin.ts'
import { openPanel } from './admin-panel.ts'
import { help, readOptions, readSecret } from './admin-typed.ts'
import { exits, Stop } from './exit.ts'

/** The password is read from standard input. */
export const createOwner: AdminCommand = async (args, env, streams) => {
  const { email, name } = readOptions(args, { email: { type: 'string' }, name: { type: 'string' } })
  if (!email || !name) throw new Stop(exits.usage, `Give --email and --name. ${help}`)
  const password = await readSecret(streams, 'Password')
  const ctx = await openPanel(env)
  try {
    const owner = await createOwnerOnConsole(ctx, { email, name, password })
    streams.err(`${owner.name} owns this panel now.\n`)
    return exits.done
  } finally {
    await ctx.db.close()
  }
}

export const createToken: AdminCommand = async (args, env, streams) => {
  const {
    name,
    role = 'developer',
    days,
  } = readOptions(args, { name: { type: 'string' }, role: { type: 'string' }, days: { type: 'string' } })
  const wanted = roles.find((known) => known === role)
  if (!name || !wanted) throw new Stop(exits.usage, `Give --name, and a --role of ${roles.join(', ')}. ${help}`)
  if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days))
    throw new Stop(exits.usage, `--days is a number of days. ${help}`)
  const expiresAt = days === undefined ? null : new Date(Date.now() + Number(days) * 86_400_000).toISOString()
  const ctx = await openPanel(env)
  try {
    const { secret, token } = await createTokenOnConsole(ctx, { name, role: wanted, expiresAt })
    streams.err(`Token “${token.name}” (${token.role}); it is shown this once:\n`)
    streams.out(`${secret}\n`)
    return exits.done
  } finally {
    await ctx.db.close()
  }
}
