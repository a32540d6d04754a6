// Ready-made steps after the switch: restarts and the health check, as scripts. Whoever plans puts them where they belong.
import { quote } from '../deploy/quote.ts'
import type { HealthCheck, Options, Restart } from './options.ts'

/** A script of ours. `name` is shown and stable; `replay` `idempotent` when running it twice does no harm. */
export type PresetStep = {
  name: string
  text: string
  user: string | null
  timeoutMs: number
  failure: 'stops' | 'ignored'
  replay: 'idempotent' | 'once'
  /** What its failure is called when not `command_failed`; then it says itself why. */
  code?: 'not_ready'
}

const asRoot = 'as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }\n'

/** One step for every restart of the options, in their order: after a switch, after an activation, and after either is undone. */
export function restartSteps({ restarts }: Options): PresetStep[] {
  return restarts.map((restart) => ({
    name: restartName(restart),
    text: restartText(restart),
    user: 'user' in restart ? restart.user : null,
    timeoutMs: 120_000,
    failure: restart.failure,
    replay: restart.kind === 'command' ? 'once' : 'idempotent',
  }))
}

/**
 * A command that is run as root; `otherwise` where systemd is not what runs the server. `unless`: a file is written, and nobody
 * needs root for it who may write in its directory and is its owner (null = whoever writes it).
 */
export type RootCommand = {
  words: string[]
  otherwise?: string[]
  unless?: { directory: string; owner: string | null }
}

/** What the login user has to be allowed by sudo, for *Check* to ask and to print. */
export function rootCommands({ restarts }: Options): RootCommand[] {
  return restarts.flatMap((restart): RootCommand[] => {
    switch (restart.kind) {
      case 'php-fpm':
        return [{ words: ['systemctl', 'reload', restart.service], otherwise: ['service', restart.service, 'reload'] }]
      case 'systemd':
        return [{ words: ['systemctl', restart.verb, restart.unit] }]
      case 'supervisor':
        return [{ words: ['supervisorctl', 'restart', restart.programs] }]
      case 'opcache':
      case 'pm2':
      case 'command':
        return []
    }
  })
}

/** Whom restarts and readiness checks run as, beside the login user. */
export function restartUsers({ restarts, readiness }: Options): string[] {
  return [...restarts, ...readiness].flatMap((one) => ('user' in one && one.user !== null ? [one.user] : []))
}

function restartName(restart: Restart): string {
  switch (restart.kind) {
    case 'php-fpm':
      return `reload ${restart.service}`
    case 'opcache':
      return 'reset opcache'
    case 'systemd':
      return `${restart.verb} ${restart.unit}`
    case 'supervisor':
      return `restart ${restart.programs}`
    case 'pm2':
      return `reload ${restart.app} (pm2)`
    case 'command':
      return restart.name
  }
}

function restartText(restart: Restart): string {
  switch (restart.kind) {
    case 'php-fpm': {
      const name = quote(restart.service)
      const systemd = `as_root systemctl reload ${name}`
      return `${asRoot}if [ -d /run/systemd/system ]; then ${systemd}; else as_root service ${name} reload; fi\n`
    }
    case 'opcache':
      return opcacheText(restart.socket)
    case 'systemd':
      return `${asRoot}as_root systemctl ${restart.verb} ${quote(restart.unit)}\n`
    case 'supervisor':
      return `${asRoot}as_root supervisorctl restart ${quote(restart.programs)}\n`
    case 'pm2':
      return `cd "$FAIRLEAD_ROOT/current" || exit\npm2 reload ${quote(restart.app)} --update-env\n`
    case 'command':
      return `cd "$FAIRLEAD_ROOT/current" || exit\n${restart.text}\n`
  }
}

/** FPM's cache is in its own processes: they have to run the script, asked for over their socket. */
function opcacheText(socket: string): string {
  return `if command -v cachetool >/dev/null; then exec cachetool opcache:reset --fcgi=${quote(socket)}; fi
if ! command -v cgi-fcgi >/dev/null; then
  echo 'Neither cgi-fcgi (Debian, Ubuntu: apt install libfcgi-bin) nor cachetool is on this server.' >&2
  exit 1
fi
script=\${0%/*}/opcache.php
printf %s '<?php clearstatcache(true); echo function_exists("opcache_reset") && opcache_reset() ? "reset" : "off";' >"$script" || exit
answer=$(SCRIPT_FILENAME=$script SCRIPT_NAME=/opcache.php REQUEST_METHOD=GET cgi-fcgi -bind -connect ${quote(socket)}) || exit
printf '%s\\n' "$answer"
case $answer in *reset | *off) ;; *) exit 1 ;; esac
`
}

/**
 * Asks the address from the server until it answers with the one status that passes, and with what it has to hold; null when there
 * is no check. A failure is only shown, unless the options say that it puts the release before back.
 */
export function healthCheckStep({ healthCheck: check }: Options): PresetStep | null {
  if (!check) return null
  const each = check.timeoutSeconds + check.pauseSeconds
  return {
    name: 'health check',
    text: healthCheckText(check),
    user: null,
    timeoutMs: (check.tries * each + 15) * 1000,
    failure: check.onFailure === 'rollback' ? 'stops' : 'ignored',
    replay: 'idempotent',
  }
}

function healthCheckText({ url, status, contains, tries, pauseSeconds, timeoutSeconds }: HealthCheck): string {
  return `url=${quote(url)}
expected=${quote(contains)}
# put <what> <instead>: in $expected, wherever it is
put() {
  left=$expected expected=
  while :; do
    case $left in *"$1"*) ;; *) break ;; esac
    expected=$expected\${left%%"$1"*}$2
    left=\${left#*"$1"}
  done
  expected=$expected$left
}
put '{commit}' "$FAIRLEAD_REVISION"
put '{release}' "$FAIRLEAD_RELEASE"
# → $code, the status that came ('' for none), and $body
if command -v curl >/dev/null; then
  ask() {
    answer=$(curl -sS -g --max-time ${timeoutSeconds} -w '\\n%{http_code}' "$url" | tr -d '\\000')
    code=\${answer##*"$nl"} body=\${answer%"$nl"*}
    [ "$code" != 000 ] || code=
  }
elif command -v wget >/dev/null; then
  # -S names the status on stderr; the first one counts, wherever it would lead
  ask() {
    body=$(wget -S -T ${timeoutSeconds} -O - "$url" 2>&1 | tr -d '\\000')
    code=$(printf '%s\\n' "$body" | sed -n 's,^ *HTTP/[0-9.]* \\([0-9][0-9][0-9]\\).*,\\1,p' | head -n 1)
  }
else
  echo 'Neither curl nor wget is on this server.' >&2
  exit 1
fi
nl='
'
i=1
while :; do
  ask
  said='gives no answer'
  [ -z "$code" ] || said="answers with $code"
  wanted=${status}
  if [ "$code" = ${status} ]; then
    case $body in *"$expected"*) echo "$url answers with ${status}."; exit 0 ;; esac
    said="$said without what it has to hold" wanted="“$expected”"
  fi
  echo "Try $i of ${tries}: $url $said, expected was $wanted."
  [ "$i" -lt ${tries} ] || break
  i=$((i + 1))
  sleep ${pauseSeconds}
done
printf '%s\\n' "$body" | head -c 2000
echo
exit 1
`
}
