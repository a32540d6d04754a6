// From the facts of checkProgram to a report that a person can act on: per line a verdict, and what to do about it.
import type { ErrorCode } from '../errors.ts'
import type { CheckInput } from './programs/checks.ts'
import { releasePattern } from './programs/text.ts'

export type Verdict = 'ok' | 'warning' | 'failed'
export type CheckLine = { id: string; label: string; verdict: Verdict; detail: string; remedy?: string }
export type CheckReport = { lines: CheckLine[]; verdict: Verdict }

/**
 * What was asked, and what the caller knows: epoch ms when the answer came, round trip, free space it wants; `mine` = the owner
 * that this root should have (null = no environment uses it yet), `adopt` = a person agreed to take over what is there.
 */
export type CheckContext = CheckInput & {
  nowMs: number
  mine: string | null
  adopt: boolean
  roundTripMs?: number
  needBytes?: number
  needInodes?: number
}

const MiB = 1024 * 1024
const hosts = 'The shell of a deploy user must not be replaced by a restricted one.'

class Facts {
  readonly #pairs: { key: string; value: string }[]
  constructor(bytes: Uint8Array) {
    const lines = new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line !== '')
    this.#pairs = lines.map((line) => {
      const space = line.indexOf(' ')
      return space < 0 ? { key: line, value: '' } : { key: line.slice(0, space), value: line.slice(space + 1).trim() }
    })
  }
  all(key: string): string[] {
    return this.#pairs.filter((pair) => pair.key === key).map((pair) => pair.value)
  }
  one(key: string): string {
    return this.all(key)[0] ?? ''
  }
  /** Path of a command, '' when it isn't there. */
  tool(name: string): string {
    return (
      this.all('tool')
        .find((value) => value.startsWith(`${name} `))
        ?.slice(name.length + 1) ?? ''
    )
  }
}

function line(id: string, label: string, verdict: Verdict, detail: string, remedy?: string): CheckLine {
  return remedy === undefined || verdict === 'ok'
    ? { id, label, verdict, detail }
    : { id, label, verdict, detail, remedy }
}

/** Backslashes what sudoers(5) or a regular expression would read as more than itself; null when it can't be said safely. */
function sudoersPath(path: string): string | null {
  return /^[A-Za-z0-9/_.-]+$/.test(path) ? path.replaceAll('.', '\\.') : null
}

/** The sudoers lines this server still needs, for /etc/sudoers.d/fairlead, accepted by `visudo -c`. Empty when none. */
export function sudoersLines(facts: {
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

function tools(facts: Facts): CheckLine[] {
  const needed = ['tar', 'sha256sum', 'setsid', 'dd', 'find', 'xargs', 'stat', 'readlink', 'head', 'tail', 'cp', 'mv']
  const missing = needed.filter((name) => facts.tool(name) === '')
  const abilities: [string, string][] = [
    ['builtin', 'printf built into sh'],
    ['fullblock', 'dd with iflag=fullblock'],
    ['fraction', 'sleep with fractions of a second'],
  ]
  missing.push(...abilities.filter(([key]) => facts.one(key) === '').map(([, name]) => name))
  if (facts.one('root') === 'directory' && facts.one('writable') !== '' && facts.one('rename') === '')
    missing.push('mv -T')
  const install = 'Install coreutils, findutils, tar and util-linux (Debian, Ubuntu: apt install; Alpine: apk add).'
  const bash = facts.tool('bash')
  const git = facts.tool('git')
  return [
    line(
      'userland',
      'Commands',
      missing.length === 0 ? 'ok' : 'failed',
      missing.length === 0 ? `${facts.one('userland')} userland` : `missing: ${missing.join(', ')}`,
      install,
    ),
    line(
      'bash',
      'bash',
      bash === '' ? 'warning' : 'ok',
      bash === '' ? 'hooks will run with sh' : bash,
      'Install bash: hooks are bash scripts.',
    ),
    line('tar', 'tar', facts.tool('tar') === '' ? 'failed' : 'ok', facts.tool('tar') || 'not found', 'Install tar.'),
    line('git', 'git', 'ok', git === '' ? 'not found, and not needed: the panel sends the files' : git),
  ]
}

function space(facts: Facts, context: CheckContext): CheckLine[] {
  const [blocks = NaN, size = NaN, freeInodes = NaN, inodes = NaN] = facts.one('disk').split(' ').map(Number)
  const free = blocks * size
  const need = context.needBytes ?? 200 * MiB
  if (Number.isNaN(free)) return [line('disk', 'Disk', 'warning', 'free space is unknown')]
  const lines = [
    line(
      'disk',
      'Disk',
      free >= need ? 'ok' : 'failed',
      `${Math.floor(free / MiB)} MiB free`,
      `Free at least ${Math.ceil(need / MiB)} MiB.`,
    ),
  ]
  const wanted = context.needInodes ?? 20_000
  if (inodes > 0) {
    const enough = freeInodes >= wanted
    lines.push(
      line(
        'inodes',
        'Inodes',
        enough ? 'ok' : 'failed',
        `${freeInodes} free`,
        `Free at least ${wanted} inodes: delete many small files.`,
      ),
    )
  }
  return lines
}

/** What another tool, or a person, left in the place of `current`; null = nothing that needs consent. */
function existing(current: string, root: string, tool: string): { detail: string; remedy: string } | null {
  const by = tool === '' ? '' : ` (laid out by ${tool})`
  const agree = 'Agree to adopt it in the environment’s settings'
  if (current === 'directory' || current === 'other') {
    return {
      detail: `${root}/current is a ${current === 'directory' ? 'real directory' : 'file'}, not a link${by}`,
      remedy: `${agree}: the first switch moves it to release/adopted.…, for a moment without current. Or move it away yourself.`,
    }
  }
  if (current.startsWith('link ') && !/(^|\/)release\/[^/]+$/.test(current)) {
    return {
      detail: `current leads to ${current.slice(5)}${by}`,
      remedy: `${agree}: the first switch replaces the link, what it leads to stays.`,
    }
  }
  if (tool === '') return null
  return { detail: `this root was laid out by ${tool}`, remedy: 'Use another root, or stop the other tool from deploying here.' }
}

function place(facts: Facts, context: CheckContext): CheckLine[] {
  const login = facts.one('user')
  const { root } = context
  const writable = facts.one('writable') !== '' && facts.one('root') !== 'other'
  const remedy = `Run on the server as root:\nmkdir -p ${root} && chown ${login}: ${root}`
  const lines = [
    line(
      'write',
      'Write access',
      writable ? 'ok' : 'failed',
      writable
        ? `${login} may write to ${facts.one('writable')}`
        : `${login} may not write to ${facts.one('unwritable') || root}`,
      remedy,
    ),
  ]
  const current = facts.one('current')
  const layout = facts.all('layout')
  const tool = ['capistrano', 'envoyer', 'deployer'].find((name) => layout.includes(name)) ?? (layout.length > 0 ? 'another tool' : '')
  const isOurs = current.startsWith('link ') && /(^|\/)release\/[^/]+$/.test(current)
  const found = existing(current, root, isOurs ? '' : tool)
  if (found === null) {
    const detail = isOurs ? `leads to ${current.slice(5)}` : 'nothing is deployed here yet'
    lines.push(line('current', 'current', 'ok', detail))
  } else if (context.adopt) lines.push(line('current', 'current', 'ok', `${found.detail}; it will be adopted, as agreed`))
  else lines.push(line('current', 'current', 'warning', found.detail, found.remedy))
  const owner = facts.one('owner')
  if (owner !== '') {
    const detail = owner === context.mine ? 'this root belongs to this environment' : `this root is used by ${owner} (panel/environment)`
    const free = `Use another root. If that environment is gone for good: rm -r ${root}/.fairlead`
    lines.push(line('owner', 'Owner', owner === context.mine ? 'ok' : 'failed', detail, free))
  }
  return lines
}

function rights(facts: Facts, context: CheckContext): CheckLine[] {
  const login = facts.one('user')
  const group = context.groups[0] ?? ''
  const known = new Set(facts.all('known'))
  const wanted = [...new Set([...context.users, ...(context.owner === null ? [] : [context.owner])])]
  const lines = wanted
    .filter((user) => !known.has(user))
    .map((user) =>
      line(`user:${user}`, `User ${user}`, 'failed', 'does not exist', `Create it: useradd --system ${user}`),
    )
  const groups = new Set(facts.all('group'))
  lines.push(
    ...context.groups
      .filter((name) => !groups.has(name))
      .map((name) => line(`group:${name}`, `Group ${name}`, 'warning', 'does not exist', `Create it: groupadd ${name}`)),
  )
  if (lines.length === 0 && wanted.length + context.groups.length > 0) {
    lines.push(line('users', 'Users and groups', 'ok', [...wanted, ...context.groups].join(', ')))
  }
  const may = new Set(facts.all('runas'))
  const runAs = context.users.filter((user) => !may.has(user))
  const owner = context.owner !== null && facts.one('chown') === '' ? context.owner : null
  if (context.users.length > 0 || context.owner !== null) {
    const missing = sudoersLines({
      login,
      root: context.root,
      chown: facts.one('chownpath') || '/usr/bin/chown',
      runAs,
      owner,
      group,
    })
    const verdict = runAs.length > 0 ? 'failed' : missing.length > 0 ? 'warning' : 'ok'
    const detail =
      verdict === 'ok'
        ? 'everything needed is allowed'
        : runAs.length > 0
          ? `${login} may not run hooks as ${runAs.join(', ')}`
          : `${login} may not give releases to ${owner ?? ''}: they stay with ${login}`
    const remedy = `${facts.tool('sudo') === '' ? 'Install sudo. ' : ''}Add with \`visudo -f /etc/sudoers.d/fairlead\`:\n${missing.join('\n')}`
    lines.push(line('sudo', 'sudo', verdict, detail, remedy))
  }
  return lines
}

function times(facts: Facts, context: CheckContext): CheckLine[] {
  const lines: CheckLine[] = []
  const off = Math.round(Number(facts.one('clock')) - context.nowMs / 1000)
  lines.push(
    line(
      'clock',
      'Clock',
      Math.abs(off) <= 60 ? 'ok' : 'warning',
      Math.abs(off) <= 2 ? 'agrees with the panel' : `${Math.abs(off)} s ${off > 0 ? 'ahead of' : 'behind'} the panel`,
      'Turn on time synchronisation: timedatectl set-ntp true',
    ),
  )
  if (context.roundTripMs !== undefined)
    lines.push(line('roundTrip', 'Round trip', 'ok', `${Math.round(context.roundTripMs)} ms`))
  const survival = facts.one('survival')
  if (survival === 'alive' || survival === 'dead') {
    const remedy = `Processes are ended at log-out. Run as root: loginctl enable-linger ${facts.one('user')} (or KillUserProcesses=no in /etc/systemd/logind.conf).`
    lines.push(
      line(
        'survival',
        'Survives log-out',
        survival === 'alive' ? 'ok' : 'failed',
        survival === 'alive' ? 'a detached process went on' : 'a detached process was ended',
        remedy,
      ),
    )
  }
  return lines
}

/** The whole report of one answer. Lines that only the caller can know (key, reachability) are here as ok: it answered. */
export function parseCheck(bytes: Uint8Array, context: CheckContext): CheckReport {
  const facts = new Facts(bytes)
  const linux = facts.one('kernel').startsWith('Linux')
  const system = facts.one('os') || facts.one('kernel')
  const lines = [
    line('reachable', 'Reachable', 'ok', 'with the confirmed host key'),
    line('key', 'Key', 'ok', `lets us in as ${facts.one('user')}`),
    line('shell', 'Shell', linux ? 'ok' : 'failed', `${facts.one('shell') || 'sh'} on ${system}`, `Servers run Linux. ${hosts}`),
    ...tools(facts),
    ...space(facts, context),
    ...place(facts, context),
    ...rights(facts, context),
    ...times(facts, context),
  ]
  return { lines, verdict: verdictOf(lines) }
}

/** The worst of the lines. */
export function verdictOf(lines: CheckLine[]): Verdict {
  const some = (verdict: Verdict): boolean => lines.some((one) => one.verdict === verdict)
  return some('failed') ? 'failed' : some('warning') ? 'warning' : 'ok'
}

/** The report when nothing could be asked: how far we got, by the code of the PanelError that ended it. */
export function refusedCheck(code: ErrorCode, message: string, login: { user: string; publicKey: string }): CheckReport {
  const reachable = line('reachable', 'Reachable', 'ok', 'it answers')
  const failed = (id: string, label: string, remedy: string): CheckLine => line(id, label, 'failed', message, remedy)
  const authorize = `Add this line to ~/.ssh/authorized_keys of ${login.user} on the server:\n${login.publicKey}`
  const lines =
    code === 'forbidden'
      ? [reachable, failed('key', 'Key', authorize)]
      : code === 'host_key_changed'
        ? [failed('reachable', 'Reachable', 'Find out why, on the server itself. Only if the new key is right, confirm its fingerprint.')]
        : code === 'unavailable'
          ? [reachable, line('key', 'Key', 'ok', `lets us in as ${login.user}`), failed('shell', 'Shell', `Give ${login.user} a POSIX shell (chsh -s /bin/bash ${login.user}). ${hosts}`)]
          : [failed('reachable', 'Reachable', 'Is it on, is the address right, and does its firewall let the panel in?')]
  return { lines, verdict: 'failed' }
}
