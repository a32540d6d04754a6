// A release on its way to another server: one tar, and with it what its links need that a release does not hold itself.
import { workplace } from './look.ts'
import { squeeze } from './squeeze.ts'
import { assign, attached, common, contextVariables, releaseName } from './text.ts'
import type { TargetContext } from './text.ts'

const send = squeeze(`
  enter
  [ -d "release/$release" ] && [ ! -L "release/$release" ] && [ -f ".fairlead/complete/$release" ] || refuse missing "$release"
  settle_in
  find "release/$release" -type l -exec sh -c 'for f; do readlink "$f"; done' sh {} + | LC_ALL=C sort -u >"$w/links" || { quiet; refuse disk_full "$root"; }
  # bits that some tars keep for root alone
  special() { find "release/$release" ! -type l -perm "-$1" -print0 >"$w/bit.$2"; }
  special 4000 u+s; special 2000 g+s; special 1000 +t
  quiet
  set -- "release/$release" "$w"/bit.*
  # files that releases share, and caches that are one for all; folders that they share are data of each server
  while IFS= read -r to; do
    case $to in "$root"/*) to=\${to#"$root"/} ;; *) continue ;; esac
    case /$to/ in /release/* | /current/* | /.fairlead/* | */../*) continue ;; /vendor/ | /node_modules/) [ -d "$to" ] ;; *) [ -f "$to" ] ;; esac || continue
    set -- "$@" "$to"
  done <"$w/links"
  { LC_ALL=C tar -c -f - -- "$@" 2>"$w/err"; echo "$?" >"$w/code"; } | {
    at=0
    while dd of="$w/piece" bs=1048576 count=1 iflag=fullblock 2>/dev/null || exit 1; do
      size=$(stat -c %s "$w/piece")
      [ "$size" != 0 ] || exit 0
      printf 'O 1 %s %s\\n' "$at" "$size"; cat "$w/piece" || exit 1
      at=$((at + size))
    done
  } || refuse disk_full "$root"
  { cat "$w/code"; tail -n 20 "$w/err"; } >"$w/said"
  told "$w/said"
`)

/**
 * Sends a release as one tar in `O` frames of step 1, by its path in the root; the answer is tar's exit code and the last lines that
 * it complained in. `X missing` when the release isn't complete there.
 */
export function sendProgram(ctx: TargetContext, release: string): string {
  const values = assign({ release: releaseName(release) })
  return [contextVariables(ctx), values, common, attached, workplace, send].join('')
}
