// How programs are put together: static shell text (written here, for dash, bash and busybox ash alike) and assignments
// of quoted values. Static text is squeezed, values never are.
import { PanelError } from '../../errors.ts'
import { quote } from '../quote.ts'
import { processes } from './kill.ts'
import { squeeze } from './squeeze.ts'

/** Where a program acts and for whom. `epoch` is decimal; `owner` is `<panel id>/<environment id>`; `root` is absolute. */
export type TargetContext = {
  root: string
  owner: string
  epoch: string
  deployment: number
  /** What tells this deployment from another of the same number, which a panel restored from a backup makes. */
  id?: string
  /** Bytes that one step may write before it is ended as `output_limit`. Default 64 MiB. */
  outputLimit?: number
  /** Between TERM and KILL when a step is ended. Default 10 s. */
  graceMs?: number
}

/** `name='value'` lines. */
export function assign(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(String(value))}\n`)
    .join('')
}

const invalid = (what: string, value: string): PanelError =>
  new PanelError('invalid', `${what} cannot be used on a server: ${JSON.stringify(value)}`)

/** The variables every program begins with. Throws PanelError('invalid') for what no plan of ours can hold. */
export function contextVariables(ctx: TargetContext): string {
  if (!ctx.root.startsWith('/') || ctx.root.includes('\0')) throw invalid('This root', ctx.root)
  if (!/^\d{1,18}$/.test(ctx.epoch)) throw invalid('This epoch', ctx.epoch)
  if (!/^[\x21-\x7e]{1,200}$/.test(ctx.owner)) throw invalid('This owner', ctx.owner)
  if (!Number.isSafeInteger(ctx.deployment) || ctx.deployment < 0) throw invalid('This number', String(ctx.deployment))
  return assign({
    root: ctx.root,
    owner: ctx.owner,
    epoch: ctx.epoch,
    dep: ctx.deployment,
    id: ctx.id ?? '',
    cap: ctx.outputLimit ?? 64 * 1024 * 1024,
    grace: Math.ceil((ctx.graceMs ?? 10_000) / 10),
    nl: '\n',
  })
}

export function segmentName(name: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) throw invalid('This segment name', name)
  return name
}

/** What a release's directory name looks like, also as a regular expression of sudoers: one path component, not hidden. */
export const releasePattern = '[A-Za-z0-9][A-Za-z0-9._:+-]*'
const releaseExpression = new RegExp(`^${releasePattern}$`)

/** A release's directory name, checked. */
export function releaseName(name: string): string {
  if (name.length > 200 || !releaseExpression.test(name)) throw invalid('This release name', name)
  return name
}

/** A relative path that stays inside: no empty, `.` or `..` component. */
export function innerPath(path: string): string {
  const parts = path.split('/')
  if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw invalid('This path', path)
  }
  return path
}

export function userName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?$/.test(name)) throw invalid('This user or group name', name)
  return name
}

/** Shell functions that every program may use. */
export const common = squeeze(`
  umask 077
  ${processes}
  # alive <pid> <start> <boot>: a process is known by all three
  alive() { [ "$3" = "$boot" ] && born "$1" && [ "$st" = "$2" ]; }
  read -r boot </proc/sys/kernel/random/boot_id
  # one line of the file $1 → $got
  first() { got=; [ -f "$1" ] && { IFS= read -r got <"$1" || [ -n "$got" ]; }; }
  # The mutex of a root: our own directory, whose one file names us, renamed onto .fairlead/lock. The rename fails while
  # another's file is in there; a dead holder's file is removed by its own name, which can't hit anybody else.
  take() {
    tries=0
    until mv -T "$1" .fairlead/lock 2>/dev/null; do
      for f in .fairlead/lock/*; do
        [ -e "$f" ] || continue
        h=\${f##*/}; hp=\${h%%.*}; h=\${h#*.}
        alive "$hp" "\${h%%.*}" "\${h#*.}" || rm -f "$f"
      done
      tries=$((tries + 1)); [ "$tries" -lt 200 ] || return 1
      sleep .05
    done
  }
  give() { mv -T .fairlead/lock "$1"; }
  # is no room left here, for bytes or for further files?
  full() {
    set -- $(stat -f -c '%a %S %d %c' . 2>/dev/null)
    [ $# = 4 ] || return 1
    [ "$(($1 * $2))" -lt 65536 ] || { [ "$3" = 0 ] && [ "$4" -gt 0 ]; }
  }
  # recorded epoch and segment → $seen_epoch, $seen_segment
  seen() { seen_epoch=0 seen_segment=; [ ! -f .fairlead/epoch ] || read -r seen_epoch seen_segment <.fairlead/epoch; }
`)

/** Functions of attached programs (whose output is frames). Enters $root or refuses. */
export const attached = squeeze(`
  # lengths are of bytes; what was exported before goes back to hooks
  was=\${LC_ALL-}; LC_ALL=C
  refuse() { printf 'X %s\\n' "$*"; exit 0; }
  # nothing can be written: for want of room, or of leave
  barred() { ! full || refuse disk_full "$1"; refuse not_writable "$1"; }
  printf '\\n%%fairlead1\\n'
  enter() { cd -P "$root" 2>/dev/null && [ -d .fairlead/run ] || refuse missing "$root"; }
  permit() {
    first .fairlead/owner
    [ -z "$got" ] || [ "$got" = "$owner" ] || refuse owner_conflict "$got"
    seen
    [ "$seen_epoch" -le "$epoch" ] || refuse stale_epoch "$seen_epoch"
  }
  # a segment of that name may be another panel's, or of a time that this one has forgotten; a power cut may have emptied the file
  same() { first "$d/id"; [ -z "$got" ] || [ "$got" = "$id" ] || refuse taken "$dep"; }
  answer() { printf 'Z %s\\n%s' "\${#1}" "$1"; }
`)

/** Makes $root what segments need, and enters it. */
export const founding = squeeze(`
  found() {
    [ -d "$root" ] || (umask 022; mkdir -p "$root") 2>/dev/null || refuse not_writable "$root"
    cd -P "$root" 2>/dev/null || refuse not_writable "$root"
    [ -d .fairlead/run ] || (
      umask 022
      mkdir -p release .fairlead/hooks .fairlead/complete && chmod 711 .fairlead && mkdir -p -m 700 .fairlead/run
    ) 2>/dev/null || barred "$root"
  }
`)
