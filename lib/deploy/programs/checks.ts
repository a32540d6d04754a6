// The check of a server: one look at everything a deployment will need. Facts only; check.ts turns them into verdicts.
import type { RootCommand } from '../../spec/presets.ts'
import { quote } from '../quote.ts'
import { squeeze } from './squeeze.ts'
import { assign, attached, common, userName } from './text.ts'
import { PanelError } from '../../errors.ts'

/**
 * `users`: whom hooks run as; `groups`: that must exist; `owner`: whom the permissions pass gives releases to; `commands`: what
 * restarts run as root, and what writes files elsewhere on the server.
 * `survival`: a detached process survives log-out, in two calls: `plant` a token on one connection, end that connection,
 * `verify` the same token on another. A token is 8–64 letters and digits, made anew each time.
 */
export type CheckInput = {
  root: string
  users: string[]
  groups: string[]
  owner: string | null
  commands: RootCommand[]
  survival?: { plant: string } | { verify: string }
}

const looking = squeeze(`
  all=
  say() { k=$1; shift; v=$*; while :; do case $v in *"$nl"*) v="\${v%%"$nl"*} \${v#*"$nl"}" ;; *) break ;; esac; done; all="$all$k $v$nl"; }
  has() { if p=$(command -v "$1" 2>/dev/null); then say tool "$1 $p"; else say tool "$1"; fi; }
  me=$(id -un 2>/dev/null) || me=$(id -u)
  say user "$me"; say uid "$(id -u)"; say groups "$(id -Gn 2>/dev/null)"
  say home "$HOME"; say shell "$SHELL"
  say kernel "$(uname -s) $(uname -m)"
  os=; if [ -r /etc/os-release ]; then os=$(. /etc/os-release; printf %s "$PRETTY_NAME"); fi
  say os "$os"
  case $(cp --version 2>/dev/null) in *GNU*) say userland GNU ;; *) case $(cp --help 2>&1) in *BusyBox*) say userland busybox ;; *) say userland unknown ;; esac ;; esac
  for c in bash git tar base64 sha256sum setsid dd find xargs stat readlink sudo head tail cp mv; do has "$c"; done
  if PATH=/none printf '' 2>/dev/null; then say builtin printf; fi
  if printf ab | dd bs=2 count=1 iflag=fullblock >/dev/null 2>&1; then say fullblock yes; fi
  if sleep .01 2>/dev/null; then say fraction yes; fi
  say sudoversion "$(sudo -V 2>/dev/null | head -n 1)"
  case $(chown --help 2>&1) in *--from*) say chownfrom yes ;; esac
  say clock "$(date +%s)"
  at=$root
  while [ ! -e "$at" ]; do at=\${at%/*}; at=\${at:-/}; done
  if [ -d "$root" ]; then say root directory; elif [ -e "$root" ]; then say root other; else say root absent; fi
  if [ -w "$at" ] && [ -x "$at" ]; then say writable "$at"; else say unwritable "$at"; fi
  say disk "$(stat -f -c '%a %S %d %c' "$at" 2>/dev/null)"
  if cd -P "$root" 2>/dev/null; then
    say canonical "$(pwd -P)"
    if mkdir ".fairlead-probe.$$" 2>/dev/null; then
      mkdir ".fairlead-probe.$$/a"; ln -s a ".fairlead-probe.$$/l"; ln -s b ".fairlead-probe.$$/m"
      if mv -T ".fairlead-probe.$$/m" ".fairlead-probe.$$/l" 2>/dev/null && [ "$(readlink ".fairlead-probe.$$/l")" = b ]; then say rename yes; fi
      rm -rf ".fairlead-probe.$$"
    fi
    if [ -L current ]; then say current "link $(readlink current)"; elif [ -d current ]; then say current directory; elif [ -e current ]; then say current other; else say current absent; fi
    [ ! -d .dep ] || say layout deployer
    if [ -d releases ] && [ -d shared ] && [ -e revisions.log ]; then say layout capistrano; fi
    if [ -d releases ] && [ -d storage ] && [ -f .env ]; then say layout envoyer; fi
    [ ! -d releases ] || say layout releases
    [ ! -f .fairlead/owner ] || { first .fairlead/owner; say owner "$got"; }
  fi
  known() { if [ "$1" = "$me" ] || id -u "$1" >/dev/null 2>&1; then say known "$1"; fi; }
  for u in $users; do
    known "$u"
    if [ "$u" = "$me" ]; then say runas "$u"
    elif sudo -n -u "$u" -- sh -c : >/dev/null 2>&1 </dev/null; then say runas "$u"
    fi
  done
  for g in $groups; do
    if grep -q "^$g:" /etc/group 2>/dev/null || getent group "$g" >/dev/null 2>&1; then say group "$g"; fi
  done
  if [ -n "$owns" ]; then
    known "$owns"
    if [ "$(id -u)" = 0 ] || [ "$owns" = "$me" ]; then say chown self
    elif sudo -n -l chown -h -R -P --from="$me" "$owns:$gives" "$root/release/deployment_1.0000000" >/dev/null 2>&1 </dev/null; then say chown sudo
    fi
    say chownpath "$(command -v chown)"
  fi
  systemd=; if [ -d /run/systemd/system ]; then systemd=yes; fi
  say systemd "$systemd"
  # want <index> <command…>: where it is, and whether it may be run as root
  want() {
    i=$1; shift
    say command "$i $(PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; command -v "$1")"
    if [ "$(id -u)" = 0 ] || sudo -n -l -- "$@" >/dev/null 2>&1 </dev/null; then say may "$i"; fi
  }
  # own <directory> <owner> <index>: no root is needed to write there
  own() {
    [ -w "$1" ] || return 1
    case $2 in '' | "$me") say command "$3 -"; say may "$3" ;; *) return 1 ;; esac
  }
  wanted
  case $survival in
    plant)
      if mkdir -m 700 "/tmp/.fairlead-check.$token" 2>/dev/null; then
        setsid sh -c 'cd "$1" || exit; sleep 60; rm -rf "$1"' fairlead "/tmp/.fairlead-check.$token" </dev/null >/dev/null 2>&1 &
        p=$!; born "$p"; printf '%s %s %s\\n' "$p" "$st" "$boot" >"/tmp/.fairlead-check.$token/pid"
        say survival planted
      fi ;;
    verify)
      if first "/tmp/.fairlead-check.$token/pid" && alive $got; then say survival alive; kill "\${got%% *}"; else say survival dead; fi
      rm -rf "/tmp/.fairlead-check.$token" ;;
  esac
  answer "$all"
`)

/** A program for `parseCheck`. Writes nothing but a probe directory inside the root, and removes it. */
export function checkProgram(input: CheckInput): string {
  if (!input.root.startsWith('/')) throw new PanelError('invalid', 'A root is an absolute path.', { root: input.root })
  const { survival } = input
  const token = survival === undefined ? '' : 'plant' in survival ? survival.plant : survival.verify
  if (survival !== undefined && !/^[A-Za-z0-9]{8,64}$/.test(token))
    throw new TypeError('a token is 8–64 letters and digits')
  const values = assign({
    root: input.root,
    nl: '\n',
    users: input.users.map(userName).join(' '),
    groups: input.groups.map(userName).join(' '),
    owns: input.owner === null ? '' : userName(input.owner),
    gives: input.groups[0] ?? '',
    survival: survival === undefined ? '' : 'plant' in survival ? 'plant' : 'verify',
    token,
  })
  const wanted = input.commands.map(wantText).join('')
  return [values, common, attached, `wanted() {\n:\n${wanted}}\n`, looking].join('')
}

function wantText({ words, otherwise, unless }: RootCommand, index: number): string {
  const want = (list: string[]): string => `want ${index} ${list.map(quote).join(' ')}`
  if (unless) return `own ${quote(unless.directory)} ${quote(unless.owner ?? '')} ${index} || ${want(words)}\n`
  return otherwise ? `if [ -n "$systemd" ]; then ${want(words)}; else ${want(otherwise)}; fi\n` : `${want(words)}\n`
}
