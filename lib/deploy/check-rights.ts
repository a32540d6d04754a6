// Of the check: users, groups, and what sudo has to allow.
import { line, typed } from './check-facts.ts'
import type { CheckContext, CheckLine, Facts } from './check-facts.ts'
import { releasePattern } from './programs/text.ts'

/** Users and groups that an environment needs, and what the login user may do for them. */
export function rights(facts: Facts, context: CheckContext): CheckLine[] {
  const login = facts.one('user')
  const known = new Set(facts.all('known'))
  const wanted = [...new Set([...context.users, ...(context.owner === null ? [] : [context.owner])])]
  const lines = wanted
    .filter((user) => !known.has(user))
    .map((user) =>
      // Hooks can't do without their user; a release without its wanted owner stays with the login user.
      line(
        `user:${user}`,
        `User ${user}`,
        context.users.includes(user) ? 'failed' : 'warning',
        'does not exist',
        `Run on the server as root:\nuseradd --system ${typed(user)}`,
      ),
    )
  const groups = new Set(facts.all('group'))
  lines.push(
    ...context.groups
      .filter((name) => !groups.has(name))
      .map((name) =>
        line(
          `group:${name}`,
          `Group ${name}`,
          'warning',
          'does not exist',
          `Run on the server as root:\ngroupadd ${typed(name)} && usermod -aG ${typed(name)} ${typed(login)}`,
        ),
      ),
  )
  lines.push(...memberships(facts, context))
  if (lines.length === 0 && wanted.length + context.groups.length > 0) {
    lines.push(
      line('users', 'Users and groups', 'ok', [...wanted, ...context.groups.map((name) => `group ${name}`)].join(', ')),
    )
  }
  if (context.users.length > 0 || context.owner !== null) lines.push(sudo(facts, context))
  return lines
}

/** Only who is in a group may give files to it, unless it is done by sudo or as root. */
function memberships(facts: Facts, context: CheckContext): CheckLine[] {
  const login = facts.one('user')
  const mine = facts.one('groups').split(' ')
  const may = facts.one('uid') === '0' || facts.one('chown') === 'sudo'
  return context.groups
    .filter((name) => !may && facts.all('group').includes(name) && !mine.includes(name))
    .map((name) =>
      line(
        `group:${name}`,
        `Group ${name}`,
        'warning',
        `${login} isn’t in it: releases keep the group of ${login}`,
        `Run on the server as root:\nusermod -aG ${typed(name)} ${typed(login)}`,
      ),
    )
}

/** Whom hooks run as, and whether releases can be given to their owner. */
function sudo(facts: Facts, context: CheckContext): CheckLine {
  const login = facts.one('user')
  const may = new Set(facts.all('runas'))
  const runAs = context.users.filter((user) => !may.has(user))
  const owner = context.owner !== null && facts.one('chown') === '' ? context.owner : null
  // busybox's chown can't be told whose files to leave alone, and is of no use to us under sudo.
  const isAble = facts.one('chownfrom') !== ''
  const chown = facts.one('chownpath') || '/usr/bin/chown'
  const needed = sudoersLines({
    login,
    root: context.root,
    chown,
    runAs,
    owner: isAble ? owner : null,
    group: context.groups[0] ?? '',
  })
  const details: string[] = []
  const remedies: string[] = []
  if (runAs.length > 0) details.push(`${login} may not run hooks as ${runAs.join(', ')}`)
  if (owner !== null) details.push(`${login} may not give releases to ${owner}: they stay with ${login}`)
  if (facts.tool('sudo') === '') remedies.push('Install sudo.')
  if (needed.length > 0) remedies.push(`Add with \`visudo -f /etc/sudoers.d/fairlead\`:\n${needed.join('\n')}`)
  if (owner !== null && !isAble) remedies.push('To give releases away, install the chown of GNU coreutils.')
  if (owner !== null && isAble && isOldSudo(facts.one('sudoversion')))
    remedies.push(`The line for chown needs sudo 1.9.10 or newer; this is ${facts.one('sudoversion')}.`)
  if (owner !== null && isAble && sudoersPath(context.root) === null)
    remedies.push('For a sudo line, the root has to be made of letters, digits, “.”, “_” and “-”.')
  const verdict = runAs.length > 0 ? 'failed' : owner !== null ? 'warning' : 'ok'
  return line('sudo', 'sudo', verdict, details.join('; ') || 'everything needed is allowed', remedies.join('\n'))
}

/** Backslashes what sudoers(5) or a regular expression would read as more than itself; null when it can't be said safely. */
function sudoersPath(path: string): string | null {
  return /^[A-Za-z0-9/_.-]+$/.test(path) ? path.replaceAll('.', '\\.') : null
}

/** The sudoers lines this server still needs, for /etc/sudoers.d/fairlead, accepted by `visudo -c`. Empty when none. */
function sudoersLines(facts: {
  login: string
  root: string
  chown: string
  runAs: string[]
  owner: string | null
  group: string
}): string[] {
  const lines = facts.runAs.map((user) => `${facts.login} ALL=(${user}) NOPASSWD: ALL`)
  const root = sudoersPath(facts.root)
  if (facts.owner !== null && root !== null) {
    // A regular expression (sudo ≥ 1.9.10): a wildcard would also match spaces, and with them other paths.
    const from = `-h -R -P --from=${facts.login} ${facts.owner}:${facts.group}`
    lines.push(`${facts.login} ALL=(root) NOPASSWD: ${facts.chown} ^${from} ${root}/release/${releasePattern}$`)
  }
  return lines
}

/** Regular expressions came with sudo 1.9.10. */
function isOldSudo(version: string): boolean {
  const parts = /(\d+)\.(\d+)\.(\d+)/.exec(version)
  if (!parts) return false
  const [major = 0, minor = 0, patch = 0] = parts.slice(1).map(Number)
  return major * 1e6 + minor * 1e3 + patch < 1_009_010
}
