// The one command that is ever exec'd on a server, and the stream that it reads. docs/engine.md, "One way in".
import { sha256 } from './sha256.ts'

/**
 * Reads `fairlead1 <bytes> <sha256>`, then exactly that many bytes (never one more: a payload may follow), compares the
 * hash, evaluates. Anything short or altered runs nothing and exits 65. One line without quotes, `!` and backslashes,
 * so that every login shell (also csh and fish) hands it to sh as it stands; `dd` because busybox `head` reads ahead.
 */
export const bootstrapCommand = `exec sh -c '${[
  'IFS=" " read -r m n h && [ "$m" = fairlead1 ] && [ "$n" -gt 0 ] 2>/dev/null || exit 65',
  'p=$({ [ "$n" -lt 65536 ] || dd bs=65536 count=$((n/65536)) iflag=fullblock; [ $((n%65536)) = 0 ] || dd bs=$((n%65536)) count=1 iflag=fullblock; } 2>/dev/null; echo .)',
  'p=${p%.}',
  's=$(printf %s "$p" | sha256sum)',
  '[ "${s%% *}" = "$h" ] || exit 65',
  'eval "$p"',
].join('; ')}'`

/** Header and program: what goes to stdin first. Secret part and payloads follow it, in the order the program names them. */
export function openStream(program: string): Uint8Array {
  const encoder = new TextEncoder()
  const body = encoder.encode(program)
  const header = encoder.encode(`fairlead1 ${body.length} ${sha256(body)}\n`)
  const stream = new Uint8Array(header.length + body.length)
  stream.set(header)
  stream.set(body, header.length)
  return stream
}
