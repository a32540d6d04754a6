// From the facts of checkProgram to a report that a person can act on: per line a verdict, and what to do about it.
import type { PanelError } from '../errors.ts'
import { Facts, line, typed } from './check-facts.ts'
import type { CheckContext, CheckLine, CheckReport, Verdict } from './check-facts.ts'
import { commands } from './check-commands.ts'
import { place, space } from './check-place.ts'
import { rights } from './check-rights.ts'

export type { CheckContext, CheckLine, CheckReport, Verdict } from './check-facts.ts'

const hosts = 'The shell of a deploy user must not be replaced by a restricted one.'

/** The whole report of one answer. Lines that only the caller can know (key, reachability) are here as ok: it answered. */
export function parseCheck(bytes: Uint8Array, context: CheckContext): CheckReport {
  const facts = new Facts(bytes)
  const linux = facts.one('kernel').startsWith('Linux')
  const system = facts.one('os') || facts.one('kernel')
  const lines = [
    line('reachable', 'Reachable', 'ok', 'with the confirmed host key'),
    line('key', 'Key', 'ok', `lets us in as ${facts.one('user')}`),
    line(
      'shell',
      'Shell',
      linux ? 'ok' : 'failed',
      `${facts.one('shell') || 'sh'} on ${system}`,
      `Servers run Linux. ${hosts}`,
    ),
    ...tools(facts),
    ...space(facts, context),
    ...place(facts, context),
    ...rights(facts, context),
    ...commands(facts, context),
    ...times(facts, context),
  ]
  return { lines, verdict: verdictOf(lines) }
}

/** The report when nothing could be asked: how far we got, by the code of what ended it. */
export function refusedCheck(
  { code, message, details }: PanelError,
  login: { user: string; publicKey: string },
): CheckReport {
  const reachable = line('reachable', 'Reachable', 'ok', 'it answers')
  const failed = (id: string, label: string, remedy: string, more = ''): CheckLine =>
    line(id, label, 'failed', message + more, remedy)
  const report = (...lines: CheckLine[]): CheckReport => ({ lines, verdict: 'failed' })
  if (details['jump'] !== undefined)
    return report(failed('reachable', 'Reachable', 'Check the server that this one is reached through first.'))
  if (code === 'forbidden') {
    return report(
      reachable,
      failed(
        'key',
        'Key',
        `Add this line to ~/.ssh/authorized_keys of ${login.user} on the server:\n${login.publicKey}`,
      ),
    )
  }
  if (code === 'host_key_changed') {
    const shown = typeof details['presented'] === 'string' ? ` It is ${details['presented']}.` : ''
    return report(
      failed(
        'reachable',
        'Reachable',
        'Find out why, on the server itself. Only if the new key is right, confirm its fingerprint.',
        shown,
      ),
    )
  }
  if (code === 'unavailable') {
    const remedy = `Give ${login.user} a POSIX shell (as root: chsh -s /bin/bash ${typed(login.user)}). ${hosts}`
    return report(reachable, line('key', 'Key', 'ok', `lets us in as ${login.user}`), failed('shell', 'Shell', remedy))
  }
  return report(
    failed('reachable', 'Reachable', 'Is it on, is the address right, and does its firewall let the panel in?'),
  )
}

/** The worst of the lines. */
export function verdictOf(lines: CheckLine[]): Verdict {
  const some = (verdict: Verdict): boolean => lines.some((one) => one.verdict === verdict)
  return some('failed') ? 'failed' : some('warning') ? 'warning' : 'ok'
}

function tools(facts: Facts): CheckLine[] {
  const needed = [
    'tar',
    'base64',
    'sha256sum',
    'setsid',
    'dd',
    'find',
    'xargs',
    'stat',
    'readlink',
    'head',
    'tail',
    'cp',
    'mv',
  ]
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
    lines.push(
      line(
        'roundTrip',
        'Round trip',
        'ok',
        `${context.roundTripMs < 10 ? context.roundTripMs.toFixed(1) : Math.round(context.roundTripMs)} ms`,
      ),
    )
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
