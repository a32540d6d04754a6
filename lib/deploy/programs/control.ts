// The one-shot programs: cancel, adopt, acknowledge, state.
import { squeeze } from './squeeze.ts'
import { assign, attached, common, contextVariables, segmentName } from './text.ts'
import type { TargetContext } from './text.ts'

function program(ctx: TargetContext, segment: string | null, body: string): string {
  const names = segment === null ? '' : assign({ seg: segmentName(segment) })
  return [contextVariables(ctx), names, common, attached, 'enter\npermit\n', body].join('')
}

const cancel = squeeze(`
  (umask 022; mkdir -p ".fairlead/hooks/$dep" && printf '' >".fairlead/hooks/$dep/cancel.$seg") 2>/dev/null || refuse not_writable "$root"
  answer cancelled
`)

/** Writes the cancel file; the runner and hooks look for it 5–10 times a second. A segment not started yet is cancelled too. */
export function cancelProgram(ctx: TargetContext, segment: string): string {
  return program(ctx, segment, cancel)
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
  d=.fairlead/run/$dep/$seg
  [ -d "$d" ] || refuse missing "$dep/$seg"
  [ -e "$d/done" ] || { first "$d/pid"; ! alive $got || refuse running "$dep/$seg"; }
  rm -f "$d"/*.out "$d/tree.tar" "$d/tree.delete"
  answer acknowledged
`)

/** Deletes the raw step files of a segment that has ended (`X running` otherwise). The journal stays. */
export function acknowledgeProgram(ctx: TargetContext, segment: string): string {
  return program(ctx, segment, acknowledge)
}

const state = squeeze(`
  line() { k=$1; shift; v=$*; case $v in *"$nl"*) v=\${v%%"$nl"*} ;; esac; all="$all$k $v$nl"; }
  all=
  now; line uptime "$up"
  line root "$(pwd -P)"
  first .fairlead/owner; line owner "$got"
  seen; line epoch "$seen_epoch $seen_segment"
  if [ -L current ]; then line current "link $(readlink current)"
  elif [ -e current ]; then line current directory
  else line current absent
  fi
  first .fairlead/tree.revision; [ -d .fairlead/tree ] || got=
  line tree "$got"
  for f in .fairlead/run/*/[!.]*/pid; do
    [ -f "$f" ] || continue
    s=\${f%/pid}; s=\${s#.fairlead/run/}
    first "$f"
    if [ -e ".fairlead/run/$s/done" ]; then line segment "$s closed"
    elif alive $got; then line segment "$s running"
    else line segment "$s lost"
    fi
  done
  for f in .fairlead/complete/*; do [ ! -f "$f" ] || line complete "\${f##*/}"; done
  answer "$all"
`)

/**
 * What is recorded on the server, for `parseState`. Doesn't ask whose it is: a foreign owner is part of the answer.
 * `X missing` when nothing was ever deployed to this root.
 */
export function stateProgram(ctx: TargetContext): string {
  return [contextVariables(ctx), common, attached, 'enter\n', state].join('')
}
