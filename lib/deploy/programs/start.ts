// Start: receive (attached, hash-checked), launch the runner, follow it. Whatever is cut short leaves nothing behind.
import type { Segment } from '../types.ts'
import { quote } from '../quote.ts'
import { sha256 } from '../sha256.ts'
import { following } from './follow.ts'
import { assumedBase, runnerText } from './runner.ts'
import { squeeze } from './squeeze.ts'
import { assign, attached, common, contextVariables, founding, segmentName } from './text.ts'
import type { TargetContext } from './text.ts'

/** What follows the program in the stream: the secret part, then the payloads in this order. */
export type StartInput = { secretBytes: Uint8Array; payloads: { name: string; length: number; sha256: string }[] }

const receiving = squeeze(`
  # exactly $1 bytes of stdin
  bytes() {
    [ "$1" -lt 65536 ] || dd bs=65536 count="$(($1 / 65536))" iflag=fullblock 2>/dev/null || return 1
    [ "$(($1 % 65536))" = 0 ] || dd bs="$(($1 % 65536))" count=1 iflag=fullblock 2>/dev/null
  }
  # payload <name> <length> <sha256>
  payload() {
    bytes "$2" >"$t/$1" || { (: >"$t/id") 2>/dev/null || spoiled not_writable "$root"; spoiled disk_full "$1"; }
    h=$(sha256sum <"$t/$1")
    [ "\${h%% *}" = "$3" ] || spoiled bad_payload "$1"
  }
  spoiled() { kill $beating 2>/dev/null; rm -rf "$t"; refuse "$@"; }
  # a long stream over a slow line is no silence
  beat() { while sleep 5 >/dev/null && kill -0 $$; do printf 'H\\n' || exit; done; }
  # has anything in the pristine tree changed since its revision was written (last of all)?
  pristine() {
    first .fairlead/tree.revision
    [ "$got" = "$1" ] && [ -d .fairlead/tree ] || return 1
    # find says something: a change, or that it doesn't know -cnewer; then the newest time decides
    [ -n "$(find .fairlead/tree -cnewer .fairlead/tree.revision -print -quit 2>&1)" ] || return 0
    last=$( (export TZ=UTC0; stat -c '%y ~' .fairlead/tree.revision; find .fairlead/tree -exec stat -c %z {} +) | LC_ALL=C sort | tail -n 1)
    case $last in *'~') return 0 ;; *) return 1 ;; esac
  }
`)

const launching = squeeze(`
  PATH=/none printf '' 2>/dev/null || refuse unsupported 'printf is not built into this shell'
  found
  permit
  d=.fairlead/run/$dep/$seg
  if [ -d "$d" ]; then same
  elif [ -e ".fairlead/hooks/$dep/cancel.$seg" ]; then refuse called_off
  else
    [ -z "$base" ] || pristine "$base" || refuse need_full
    # what is undone may have filled the disk: it kept some room for this, and for nothing before
    case $seg in undo* | failure-*) rm -rf ".fairlead/run/$dep"/[!.]*/reserve ;; esac
    now; nonce=$$.$up; t=.fairlead/run/$dep/.$seg.$nonce
    { [ -d ".fairlead/hooks/$dep" ] || (umask 022; mkdir -p ".fairlead/hooks/$dep"); } 2>/dev/null || barred "$root"
    mkdir -p "$t/lock" "$t/reserve" 2>/dev/null || { rm -rf "$t"; barred "$root"; }
    printf '%s\\n' "$id" >"$t/id"
    printf '%s\\n' "$target" >"$t/target"
    # two servers of one deployment may be one folder: by two names, or through a link
    for f in ".fairlead/run/$dep"/*/target ".fairlead/run/$dep"/.*/target; do
      first "$f"
      [ -z "$got" ] || [ "$got" = "$target" ] || { rm -rf "$t"; refuse same_folder; }
    done
    beating=
    if [ "$payloads" -gt 0 ]; then beat </dev/null 2>/dev/null & beating=$!; fi
    trap 'kill $beating; rm -rf "$t"; exit 0' HUP TERM INT
    secret=$(bytes "$secret_length"; echo .); secret=\${secret%.}
    h=$(printf %s "$secret" | sha256sum)
    [ "\${h%% *}" = "$secret_hash" ] || spoiled bad_payload secret
    receive
    kill $beating 2>/dev/null
    trap - HUP TERM INT
    # The runner's end of the pipe refuses a text without its last line: nobody runs half of it.
    printf %s "$text" >"$t/program"
    said=$(
      if [ -n "$was" ]; then LC_ALL=$was; else unset LC_ALL; fi
      printf '%snonce=%s\\n%s#whole' "$secret" "$nonce" "$text" |
        setsid sh -c 'x=$(cat); case $x in *"#whole") eval "unset x; $x" ;; esac' 2>/dev/null &
    )
    case $said in
      started | attached) ;;
      X*) printf '%s\\n' "$said"; exit 0 ;;
      *)
        # for want of a place to write, perhaps: what this start has taken itself is part of it
        said=
        (: >"$t/try") 2>/dev/null || if full; then said=disk_full; else said=not_writable; fi
        rm -rf "$t"
        [ -z "$said" ] || refuse "$said" "$root"
        refuse internal 'the runner did not start' ;;
    esac
  fi
  from=0 steps=
  follow "\${said:-attached}"
`)

/** Docs: docs/engine.md. Throws PanelError('invalid') when the segment holds a name or path that no server may see. */
export function startProgram(ctx: TargetContext, segment: Segment, input: StartInput): string {
  const text = runnerText(ctx, segment)
  const receive = input.payloads.map((p) => `payload ${quote(p.name)} ${p.length} ${quote(p.sha256)}\n`).join('')
  return [
    contextVariables(ctx),
    assign({
      seg: segmentName(segment.name),
      target: segment.targetId,
      base: assumedBase(segment),
      payloads: input.payloads.length,
      secret_length: input.secretBytes.length,
      secret_hash: sha256(input.secretBytes),
      text,
    }),
    common,
    attached,
    founding,
    receiving,
    following,
    `receive() {\n:\n${receive}}\n`,
    launching,
  ].join('')
}
