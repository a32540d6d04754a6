// The runner: detached, alone on the server, it carries out one segment and writes down what happened.
import type { Action, Segment, Step } from '../types.ts'
import { hookSteps } from './hooks.ts'
import { killing, processes } from './kill.ts'
import { squeeze } from './squeeze.ts'
import { ourSteps } from './steps.ts'
import { isOfLeaving, stepText } from './step-words.ts'
import { assign, common, contextVariables, releaseName, segmentName } from './text.ts'
import type { TargetContext } from './text.ts'

const text = squeeze(`
  # on a full disk a line may be torn: then what was kept in reserve is given up, and the line is written again
  jot() { printf '%s\\n' "$*" >>"$d/journal" || { rm -rf "$d/reserve"; printf '\\n%s\\n' "$*" >>"$d/journal"; }; }
  # one line a fact: a newline in a value would forge another
  fact() {
    key=$1; shift
    value=$*
    while :; do case $value in *"$nl"*) value="\${value%%"$nl"*} \${value#*"$nl"}" ;; *) break ;; esac; done
    jot "fact $n $key $value"
  }
  fail() { fact failure "$@"; }
  # a command of ours failed: was it the disk?
  fail_io() {
    # the command's own message may have found no room, too
    if full || LC_ALL=C grep -q -e 'No space left' -e 'quota exceeded' "$d/$n.out"; then fail disk_full "$1: the disk is full"; else fail command_failed "$1"; fi
  }
  refused() { printf 'X %s\\n' "$*"; rm -rf "$t"; exit 0; }
  # the first files could not be written: for want of room, or of leave
  cramped() { full || (: >"$t/room") 2>/dev/null || refused not_writable "$root"; refused disk_full; }
  reap() { # an older segment: first its runner, then what is left of it, as every user it ran as
    first "$1/pid"
    set -- "$1" $got
    if [ "$4" = "$boot" ]; then
      if alive "$2" "$3" "$4"; then kill -KILL "$2" 2>/dev/null; fi
      # its pid may be another's by now: then that session is none of ours
      s=$2; if born "$2" && [ "$st" != "$3" ]; then s=-; fi
      slay "$s" "$2.$3." "$$" || refused not_killed "$1 $found"
      if [ -f "$1/users" ]; then
        sort -u "$1/users" | while IFS= read -r u; do
          sudo -n -u "$u" -- sh -c "$killer" fairlead "$grace" "$s" "$2.$3." </dev/null >/dev/null 2>&1 || echo "$u"
        done >"$t/alive"
        if [ -s "$t/alive" ]; then first "$t/alive"; refused not_killed "$1 $got"; fi
      fi
    fi
    printf '' >"$1/done" || mv -f "$1/watch" "$1/done"
  }
  step() {
    n=$1 phase=$2 fatal=$3 kind=$4 limit=$5; shift 5
    if [ "$phase.$bad" = main. ] && [ -e "$cancel" ]; then bad=cancelled; fi
    now
    # after the switch what belongs to a failure is done by the undo, once everything is as it was
    case $phase.$switched.$bad in
      main.*. | failure..?*) ;;
      *) jot "end $n skipped - 0 $up"; return ;;
    esac
    jot "begin $n $up"
    out=ok code=-
    case $kind in
      hook) "$@" ;;
      light) "$@" >>"$d/$n.out" 2>&1 || out=failed; code=- ;;
      heavy) heavy "$@" ;;
    esac
    size=0
    [ ! -s "$d/$n.out" ] || size=$(stat -c %s "$d/$n.out")
    if [ "$size" -gt "$cap" ]; then size=$cap; dd if=/dev/null of="$d/$n.out" bs=1 seek="$cap" 2>/dev/null; fi
    now
    jot "end $n $out $code $size $up"
    [ "$size" = 0 ] || sums="$sums $n:$size"
    case $out.$fatal in
      not_killed.*) bad=not_killed ;;
      cancelled.*) [ -n "$bad" ] || bad=cancelled ;;
      ok.* | skipped.* | *.ignored) ;;
      *) [ -n "$bad" ] || bad=failed ;;
    esac
  }
`)

/**
 * A command that may take long, and who ends it in time. The deadline is told by lines at the end of a file: a shell reads byte by byte, and
 * of a line that is written anew meanwhile it would get another number, which may be one of the past.
 */
export const heavy = squeeze(`
  heavy() {
    ("$@") >>"$d/$n.out" 2>&1 &
    p=$! due=$((up + limit))
    printf '%s %s\\n' "$due" "$phase" >>"$d/watch"
    while :; do
      signalled=
      wait "$p"; code=$?
      # it has ended by itself, whoever signalled just then
      [ -n "$signalled" ] && [ "$code" -gt 128 ] || break
      if [ "$phase" = main ] && [ -e "$cancel" ]; then out=cancelled; break; fi
      # else it was meant for the step before
      now; [ "$up" -lt "$due" ] || { out=timed_out; break; }
    done
    printf -- '-\\n' >>"$d/watch"
    case $out in
      ok) [ "$code" = 0 ] || out=failed; code=-; return ;;
      timed_out) fail timed_out "it took longer than $((limit / 100)) s" ;;
    esac
    code=-
    slay "$$" '' "$$ $w" || { out=not_killed; fail not_killed "still alive:$found"; }
    wait "$p"
  }
  # wakes a heavy step when it is to end: nothing but this needs a signal
  watcher() {
    trap - USR1
    while sleep .2; kill -0 $$; do
      due=-
      while read -r last its; do due=$last ph=$its; done <"$d/watch"
      case $due in '' | *[!0-9]*) continue ;; esac
      now
      if [ "$up" -ge "$due" ]; then kill -USR1 $$
      elif [ "$ph" = main ] && [ -e "$cancel" ]; then kill -USR1 $$
      fi
    done
  }
`)

const begin = squeeze(`
  exec </dev/null
  # handlers, not '': what is ignored here would be ignored by every hook
  trap : HUP PIPE TERM INT
  trap 'signalled=1' USR1
  cd -P "$root" || exit 1
  t=.fairlead/run/$dep/.$seg.$nonce d=.fairlead/run/$dep/$seg
  hooks=.fairlead/hooks/$dep
  cancel=$hooks/cancel.$seg
  exec 2>"$t/err"
  born $$; mine=$st
  printf '%s %s %s\\n' $$ "$mine" "$boot" >"$t/pid" && printf '' >"$t/lock/$$.$mine.$boot" || cramped
  wall=$(date +%s%3N); case $wall in *[!0-9]*) wall=$(date +%s)000 ;; esac
  now
  printf 'open %s %s %s %s\\n' "$seg" "$epoch" "$wall" "$up" >"$t/journal" || cramped
  for n in $outs; do printf '' >"$t/$n.out"; done
  # for the last lines on a full disk, and for the undo, which may have to be sent to one and needs files of its own
  room=262144 files='a b c d e f'
  case $seg in main | switch-*) ;; undo*) room=65536 files= ;; *) files= ;; esac
  head -c "$room" /dev/zero >"$t/reserve/room" || cramped
  for f in $files; do
    for n in 1 2 3 4 5 6 7 8; do printf '' >"$t/reserve/$f$n" || cramped; done
  done
  printf -- '-\\n' >"$t/watch"
  take "$t/lock" || refused busy
  first .fairlead/owner
  if [ -z "$got" ]; then printf '%s\\n' "$owner" >"$t/owner" && mv -f "$t/owner" .fairlead/owner; got=$owner; fi
  seen
  if [ "$got" != "$owner" ]; then give "$t/lock"; refused owner_conflict "$got"; fi
  if [ "$seen_epoch" -gt "$epoch" ]; then give "$t/lock"; refused stale_epoch "$seen_epoch"; fi
  if [ -d "$d" ]; then give "$t/lock"; rm -rf "$t"; echo attached; exit 0; fi
  if [ -e "$cancel" ]; then give "$t/lock"; refused called_off; fi
  for f in .fairlead/run/*/[!.]*/pid; do
    f=\${f%/pid}
    [ ! -f "$f/pid" ] || [ -e "$f/done" ] || reap "$f"
  done
  if [ -n "$base" ]; then
    first .fairlead/tree.revision
    [ "$got" = "$base" ] && [ -d .fairlead/tree ] || { give "$t/lock"; refused need_full; }
  fi
  printf '%s %s/%s\\n' "$epoch" "$dep" "$seg" >"$t/epoch" && mv -f "$t/epoch" .fairlead/epoch && mv -T "$t" "$d" || { give "$t/lock"; cramped; }
  give "$d/lock"
  echo started
  exec >/dev/null
  # what cut streams left; a living starter's stays: it may be sending this very segment again
  for s in .fairlead/run/*/.[!.]*; do
    p=\${s##*/.}; p=\${p#*.}; p=\${p%%.*}
    [ ! -e "$s" ] || [ -d "/proc/$p" ] || rm -rf "$s"
  done
  # of several servers one keeps what an undo needs until all have ended: nobody may have come to take it away
  for s in .fairlead/run/[0-9]*/switch-*; do
    s=\${s#.fairlead/run/}
    [ ! -e ".fairlead/run/$s/done" ] || [ "\${s%/*}" = "$dep" ] || settle_of "$s" >/dev/null 2>&1
  done
  gnu=; case $(cp --version 2>/dev/null) in *GNU*) gnu=--reflink=auto ;; esac
  bad= away= sums= shell= adopt= signalled= switched= kept=
  watcher >/dev/null 2>&1 &
  w=$!
  look; leaving=$live
`)

const end = squeeze(`
  kill "$w"
  # one of several servers may have to be put back although all went well here
  case $switched$seg.$bad in 1switch-* | 1*.?*) ;; *) [ -n "$bad" ] && owes "$d" || rm -rf "$d/reserve" ;; esac
  case $seg.$bad in switch-* | *.?*) ;; *) settle_of "$dep/$seg" >/dev/null 2>&1 ;; esac
  for s in $sums; do
    h=$(head -c "\${s#*:}" "$d/\${s%:*}.out" | sha256sum)
    jot "sum \${s%:*} \${s#*:} \${h%% *}"
  done
  # a name needs no room where one is given up
  [ "$bad" = not_killed ] || printf '' >"$d/done" || mv -f "$d/watch" "$d/done"
  # who hears of the end may rely on what was done
  durable .
  now
  jot "close \${bad:-ok} $up"
  exit 0
`)

const heavySteps = new Set<Action['do']>(['tree', 'release', 'permissions', 'prune', 'remove', 'receive', 'leave'])

function stepLine(step: Step): string {
  const kind = step.action.do === 'hook' ? 'hook' : heavySteps.has(step.action.do) ? 'heavy' : 'light'
  const head = [step.n, step.phase, step.failure, kind, Math.ceil(step.timeoutMs / 10)]
  return `step ${head.join(' ')} ${stepText(step)}\n`
}

const making = new Set<Action['do']>([
  'complete',
  'release',
  'receive',
  'switch',
  'verify',
  'configure',
  'restore',
  'place',
])

/** The release that a segment makes or activates, '' when there is none: where panel hooks run. */
function freshRelease(segment: Segment): string {
  for (const { action } of segment.steps) {
    if (making.has(action.do) && 'release' in action) return releaseName(action.release)
  }
  // A lane of hooks alone: each is planned for one release.
  for (const { action } of segment.steps)
    if (action.do === 'hook' && !isOfLeaving(action.hook)) return releaseName(action.hook.release ?? '')
  return ''
}

/** The base that a segment's tree step assumes, '' for none. */
export function assumedBase(segment: Segment): string {
  for (const { action } of segment.steps) if (action.do === 'tree') return action.base ?? ''
  return ''
}

/**
 * The runner's text. It expects $exports and $envfile (the secret part) and $nonce to be set before it.
 */
export function runnerText(ctx: TargetContext, segment: Segment): string {
  const fresh = freshRelease(segment)
  return [
    contextVariables(ctx),
    assign({
      seg: segmentName(segment.name),
      base: assumedBase(segment),
      outs: segment.steps.map((step) => step.n).join(' '),
      fresh: fresh === '' ? ctx.root : `${ctx.root}/release/${fresh}`,
      killer: `grace=$1\n${processes}${killing}slay "$2" "$3" "$$"`,
    }),
    common,
    killing,
    text,
    heavy,
    ourSteps,
    hookSteps,
    begin,
    ...segment.steps.map(stepLine),
    end,
  ].join('')
}
