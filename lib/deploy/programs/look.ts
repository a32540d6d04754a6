// A look at what is live: where `current` leads, and a release held against the manifest that was taken when it was finished.
// Nothing is locked and nobody is disturbed. What still runs there, of a server that was given up, is told: it may change all of this.
import { looking } from './steps.ts'
import { measuring } from './manifest.ts'
import { squeeze } from './squeeze.ts'
import { assign, attached, common, contextVariables, releaseName } from './text.ts'
import type { TargetContext } from './text.ts'

/** Lines of differences that are told of each kind. */
export const mostDifferences = 200

/** A place for what is too large for a variable: the next segment's start removes it when its maker is gone. */
export const workplace = squeeze(`
  # a long look is no silence
  beat() { while sleep 5 >/dev/null && kill -0 $$; do printf 'H\\n' || exit; done; }
  settle_in() {
    now; w=.fairlead/run/0/.look.$$.$up
    mkdir -p -m 700 "$w" 2>/dev/null || refuse not_writable "$root"
    beat </dev/null 2>/dev/null &
    beating=$!
    trap 'kill "$beating" 2>/dev/null; rm -rf "$w"' EXIT
    trap 'exit 0' HUP TERM INT
  }
  quiet() { kill "$beating" 2>/dev/null; wait "$beating" 2>/dev/null; }
  # say <key> <value>: one line; told <file>: everything that was said is the answer
  say() {
    k=$1; shift; v=$*
    while :; do case $v in *"$nl"*) v="\${v%%"$nl"*}?\${v#*"$nl"}" ;; *) break ;; esac; done
    printf '%s\\t%s\\n' "$k" "$v"
  }
  told() { quiet; printf 'Z %s\\n' "$(stat -c %s "$1")"; cat "$1"; }
`)

const look = squeeze(`
  enter
  settle_in
  kept=.fairlead/manifest/$release
  overview() {
    first .fairlead/owner; say owner "$got"
    for f in .fairlead/run/*/[!.]*/pid; do
      [ -f "$f" ] && [ ! -e "\${f%pid}done" ] || continue
      first "$f"; ! alive $got || say busy "\${f%/pid}"
    done
    look; say current "$live_name"
    if [ -L current ]; then say kind link; elif [ -d current ]; then say kind directory; elif [ -e current ]; then say kind other; else say kind absent; fi
    [ -n "$release" ] || return 0
    if [ ! -d "release/$release" ] || [ -L "release/$release" ]; then say there no; return 0; fi
    say there yes
    m=.fairlead/complete/$release
    if [ -f "$m" ]; then say revision "$(sed -n 's/^revision=//p' "$m")"; say planned "$(sed -n 's/^env=//p' "$m")"; fi
    if [ -L "release/$release/.env" ]; then say env link; else digest "release/$release/.env"; say env "$got"; fi
    measure "release/$release" >"$w/now" || return 1
    digest "$w/now"; say manifest "$got"
    say entries "$(grep -c '^[dflo]' "$w/now")"
    say kilobytes "$(du -s -k "release/$release" 2>/dev/null | cut -f 1)"
    if [ -n "$record" ]; then
      mkdir -p -m 700 .fairlead/manifest && mv -f "$w/now" "$kept" || return 1
      return 0
    fi
    digest "$kept"; say kept "$got"
    [ "$got" = "$recorded" ] || return 0
    lost=$(LC_ALL=C sort "$kept" "$w/now" "$w/now" | uniq -u | tee "$w/lost" | wc -l); say lost "$lost"
    came=$(LC_ALL=C sort "$w/now" "$kept" "$kept" | uniq -u | tee "$w/came" | wc -l); say came "$came"
    head -n "$most" "$w/lost" | sed 's/^/-/'
    head -n "$most" "$w/came" | sed 's/^/+/'
  }
  overview >"$w/said" || { quiet; refuse disk_full "$root"; }
  told "$w/said"
`)

/**
 * What is live in a root, for `parseLook`. `release` null = nothing of ours is expected; `recorded` is the hash of its manifest,
 * null when none was taken: then nothing is compared. `record` keeps the manifest of now on the server. `X missing` when nothing
 * was ever deployed to this root.
 */
export function lookProgram(
  ctx: TargetContext,
  wanted: { release: string | null; recorded: string | null; record: boolean },
): string {
  const { release, recorded, record } = wanted
  const values = assign({
    release: release === null ? '' : releaseName(release),
    recorded: recorded ?? 'none',
    record: record ? '1' : '',
    most: mostDifferences,
  })
  return [contextVariables(ctx), values, common, attached, looking, measuring, workplace, look].join('')
}
