// The one-shot programs: cancel, adopt, acknowledge, state.
import { settling } from './place.ts'
import { squeeze } from './squeeze.ts'
import { looking } from './steps.ts'
import { assign, attached, common, contextVariables, founding, segmentName } from './text.ts'
import type { TargetContext } from './text.ts'

function program(ctx: TargetContext, segment: string | null, body: string): string {
  const names = segment === null ? '' : assign({ seg: segmentName(segment) })
  return [contextVariables(ctx), names, common, attached, 'enter\npermit\n', body].join('')
}

// A segment that isn't there may be on its way: between two of its moves nobody else makes one, and none comes after.
const cancel = squeeze(`
  t=
  if [ ! -d ".fairlead/run/$dep/$seg" ]; then
    t=.fairlead/run/$dep/.cancel.$$
    born $$
    mkdir -p "$t/lock" 2>/dev/null && printf '' >"$t/lock/$$.$st.$boot" || refuse not_writable "$root"
    take "$t/lock" || { rm -rf "$t"; refuse busy; }
  fi
  said=cancelled
  (umask 022; mkdir -p ".fairlead/hooks/$dep" && printf '' >".fairlead/hooks/$dep/cancel.$seg") 2>/dev/null || said=
  [ -z "$t" ] || { give "$t/lock"; rm -rf "$t"; }
  [ -n "$said" ] || refuse not_writable "$root"
  answer cancelled
`)

/**
 * Writes the cancel file; the runner and hooks look for it 5–10 times a second. A segment that hasn't started will not: its
 * start is refused as `called_off`, also where nothing was ever deployed to.
 */
export function cancelProgram(ctx: TargetContext, segment: string): string {
  const names = assign({ seg: segmentName(segment) })
  return [contextVariables(ctx), names, common, attached, founding, 'found\npermit\n', cancel].join('')
}

const adopt = squeeze(`
  [ "$seen_segment" = "$dep/$seg" ] || refuse missing "$dep/$seg"
  t=.fairlead/run/$dep/.adopt.$$
  born $$
  mkdir -p "$t/lock" && printf '' >"$t/lock/$$.$st.$boot" || refuse disk_full
  take "$t/lock" || { rm -rf "$t"; refuse busy; }
  seen
  if [ "$seen_segment" = "$dep/$seg" ] && [ "$seen_epoch" -le "$epoch" ]; then
    printf '%s %s\\n' "$epoch" "$seen_segment" >"$t/epoch" && mv -f "$t/epoch" .fairlead/epoch && said=adopted || said=
  else said=stale
  fi
  give "$t/lock"; rm -rf "$t"
  case $said in adopted) answer adopted ;; stale) refuse stale_epoch "$seen_epoch" ;; *) refuse disk_full ;; esac
`)

/** Raises the recorded epoch of the segment that is in place, without touching it: the take-over. */
export function adoptProgram(ctx: TargetContext, segment: string): string {
  return program(ctx, segment, adopt)
}

const acknowledge = squeeze(`
  bad=
  for seg in $segs; do
    d=.fairlead/run/$dep/$seg
    [ -d "$d" ] || { bad="missing $dep/$seg"; continue; }
    [ -e "$d/done" ] || { first "$d/pid"; ! alive $got || { bad="running $dep/$seg"; continue; }; }
    rm -f "$d"/*.out "$d/tree.tar" "$d/tree.delete" "$d/release.tar"
    [ -z "$for_good" ] || settle_of "$dep/$seg" >/dev/null 2>&1
  done
  [ -z "$bad" ] || refuse $bad
  answer acknowledged
`)

/**
 * Deletes the raw step files of segments that have ended (`X running` otherwise), and when it is `forGood` also what they kept for an
 * undo. Their journals stay.
 */
export function acknowledgeProgram(ctx: TargetContext, segments: readonly string[], forGood = false): string {
  const names = assign({ segs: segments.map(segmentName).join(' '), for_good: forGood ? '1' : '' })
  return program(ctx, null, names + settling + acknowledge)
}

const depart = squeeze(`
  for f in .fairlead/run/*/[!.]*/pid; do
    [ -f "$f" ] && [ ! -e "\${f%pid}done" ] || continue
    first "$f"; ! alive $got || refuse running "\${f%/pid}"
  done
  rm -rf .fairlead || refuse not_writable "$root/.fairlead"
  answer gone
`)

/** After the step `leave` was followed to its end: its records, and with them the last of what Fairlead keeps on a server. */
export function departProgram(ctx: TargetContext): string {
  return program(ctx, null, depart)
}

const state = squeeze(`
  # $1 as a JSON string, or null when it is empty; a control character that no name of ours has is said as '?'
  json() {
    v=$1 said=
    [ -n "$v" ] || { said=null; return; }
    while [ -n "$v" ]; do
      rest=\${v#?}; c=\${v%"$rest"}; v=$rest
      case $c in '"' | '\\') c="\\\\$c" ;; "$nl") c='\\n' ;; [[:cntrl:]]) c='?' ;; esac
      said=$said$c
    done
    said="\\"$said\\""
  }
  member() { all="$all,\\"$1\\":$2"; }
  text() { json "$2"; member "$1" "$said"; }
  list() { items="$items\${items:+,}$1"; }
  now; all="{\\"uptimeCs\\":$up"
  text root "$(pwd -P)"
  first .fairlead/owner; text owner "$got"
  seen; text epoch "$seen_epoch"; text epochSegment "$seen_segment"
  look; text current "$live_name"
  if [ -L current ]; then text kind link
  elif [ -e current ]; then text kind directory
  else text kind absent
  fi
  first .fairlead/tree.revision; [ -d .fairlead/tree ] || got=
  text treeRevision "$got"
  items=
  for f in .fairlead/run/*/[!.]*/pid; do
    [ -f "$f" ] || continue
    s=\${f%/pid}; s=\${s#.fairlead/run/}
    first "$f"
    if [ -e ".fairlead/run/$s/done" ]; then how=closed
    elif alive $got; then how=running
    else how=lost
    fi
    list "{\\"deployment\\":\${s%%/*},\\"name\\":\\"\${s#*/}\\",\\"state\\":\\"$how\\"}"
  done
  member segments "[$items]"
  items=
  for f in .fairlead/complete/*; do [ ! -f "$f" ] || { json "\${f##*/}"; list "$said"; }; done
  member complete "[$items]"
  answer "$all}"
`)

/**
 * What is recorded on the server, as the JSON of `parseState`. Doesn't ask whose it is: a foreign owner is part of the
 * answer. `X missing` when nothing was ever deployed to this root.
 */
export function stateProgram(ctx: TargetContext): string {
  return [contextVariables(ctx), common, attached, looking, 'enter\n', state].join('')
}
