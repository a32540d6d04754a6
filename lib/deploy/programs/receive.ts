// A release that another server has, as it arrives here; and leaving: what Fairlead takes away when a server goes.
import { PanelError } from '../../errors.ts'
import type { Action } from '../types.ts'
import { measuring } from './manifest.ts'
import { squeeze } from './squeeze.ts'
import { innerPath, releaseName } from './text.ts'

/** `gnu`, `live_name`, `fail` and what else the runner's steps have. */
export const receiving =
  measuring +
  squeeze(`
  # receive <release> <hash of its manifest> <root that it comes from> <name for the live one of that name, or ''>
  receive() {
    rm -rf release/.trash-receive.*
    s=release/.trash-receive.$dep.$$
    arrive "$@"
    code=$?
    rm -rf "$s"
    rm -f "$d/release.tar"
    return $code
  }
  arrive() {
    for f in storage storage/public logs; do
      [ -d "$f" ] || mkdir -m 2775 "$f" || { fail_io "cannot make $f"; return 1; }
    done
    mkdir -m 700 "$s" && (umask 0; LC_ALL=C tar -x -p -f "$d/release.tar" -C "$s") || { fail_io 'cannot unpack the release'; return 1; }
    rm -f "$d/release.tar"
    special "$1"
    rm -rf "$s/.fairlead"
    r=$s/release/$1
    [ ! -L "$s/release" ] && [ -d "$r" ] && [ ! -L "$r" ] || { fail internal "what arrived is not $1"; return 1; }
    [ "$3" = "$root" ] || led home "$r" "$3" || { fail_io 'cannot lead its links here'; return 1; }
    measure "$r" >"$d/manifest"
    digest "$d/manifest"
    rm -f "$d/manifest"
    [ "$got" = "$2" ] || { fail internal "what arrived of $1 is not what the other server has: it changed meanwhile, or names or permissions are kept otherwise here"; return 1; }
    [ -z "$4" ] || beside "$1" "$4" || return 1
    look
    [ "$live_name" != "$1" ] || { fail internal "$1 is live and cannot be replaced"; return 1; }
    rm -f ".fairlead/complete/$1"
    if [ -e "release/$1" ] || [ -L "release/$1" ]; then mv -T "release/$1" "$s/before" || { fail_io "cannot replace $1"; return 1; }; fi
    mv -T "$r" "release/$1" || { fail_io "cannot place $1"; return 1; }
    along && led folder "release/$1" "$root" || { fail_io 'cannot place what releases share'; return 1; }
    fact received "$2"
  }
  # bits that some tars keep for root alone, of what lies in the release: whoever sent the names may have others in mind
  special() (
    cd -P "$s" || exit
    export top="$PWD/release/$1" bit
    for bit in u+s g+s +t; do
      for f in .fairlead/run/0/.look.*/bit."$bit"; do
        [ ! -s "$f" ] || xargs -0 sh -c '
          for f; do
            (n=\${f##*/}; cd -P "./\${f%/*}" && case $n:$PWD/$n/ in .:* | ..:*) ;; *:"$top"/*) [ -L "$n" ] || chmod "$bit" "./$n" ;; esac)
          done
        ' sh <"$f"
      done
    done
  )
  # led <home|folder> <directory> <root>: links that led into the root there lead into this one; what they lead to is a folder, if
  # there is nothing yet
  led() {
    find "$2" -type l -exec sh -c '
      how=$1 home=$2 root=$3 nl=$4
      shift 4
      for f; do
        t=$(readlink "$f"; echo .); t=\${t%"$nl".}
        case $t in "$home"/*) to=$root\${t#"$home"} ;; *) continue ;; esac
        if [ "$how" = home ]; then rm -f "$f" && ln -s "$to" "$f" || exit 1; continue; fi
        case $to/ in "$root"/release/* | "$root"/current/* | "$root"/.fairlead/* | */../*) continue ;; esac
        [ -e "$to" ] || mkdir -p "\${to%/*}" && { [ -e "$to" ] || mkdir -m 2775 "$to"; } || exit 1
      done
    ' sh "$1" "$3" "$root" "$nl" {} +
  }
  # what came along and is missing here: caches, and files that releases share
  along() {
    for f in vendor node_modules; do
      [ ! -d "$s/$f" ] || [ -e "$f" ] || { mv -T "$s/$f" "$f" && echo "+ $f"; } || return 1
      rm -rf "\${s:?}/$f"
    done
    (cd "$s" && find . -path ./release -prune -o -path ./before -prune -o -type f -exec sh -c '
      root=$1
      shift
      for f; do
        [ ! -e "$root/$f" ] || continue
        mkdir -p "$root/\${f%/*}" && mv -T "$f" "$root/$f" && echo "+ \${f#./}" || exit 1
      done
    ' sh "$root" {} +)
  }
  # what is live under the name that is wanted goes on being served from a copy, until the switch; where it was removed, nothing is
  beside() {
    look
    [ "$live_name" = "$1" ] || return 0
    rm -rf "release/$2"
    { if [ -d "release/$1" ]; then LC_ALL=C cp -a $gnu "release/$1" "release/$2"; else mkdir "release/$2"; fi; } && (umask 022; printf 'revision=-\\nenv=-\\ndeployment=%s\\n' "$dep" >".fairlead/complete/$2") ||
      { fail_io 'cannot copy the live release'; rm -rf "release/$2" ".fairlead/complete/$2"; return 1; }
    mine || return 1
    t=current.$dep.$$
    rm -f "$t"
    ln -s "$root/release/$2" "$t" && mv -f -T "$t" current
    code=$?
    give "$d/lock"
    [ "$code" = 0 ] || { fail_io 'cannot replace current'; return 1; }
    echo "$1 is served from $2 until it is switched to"
  }
  # leave <live|shared> then caches that deployments made: what is live stays, or everything goes that Fairlead made; what releases
  # share stays in both. This segment's own records are the last to go (depart).
  leave() {
    how=$1
    shift
    look
    case $how.$live_name in
      live.?*) keep=\${live_name%%/*} ;;
      *) keep= ;;
    esac
    left=
    if [ "$how" = shared ]; then
      case $live_name in
        '') ;;
        */*) fact note "current leads to $live_name, which is not Fairlead's: it stays" ;;
        *) rm -f current || { fail_io 'cannot remove current'; return 1; }; fact current '' ;;
      esac
      for f; do if [ -d "$f" ] && [ ! -L "$f" ]; then away "$f"; fi; done
    fi
    for f in release/* release/.trash-* release/env.[0-9]*; do
      [ -e "$f" ] || [ -L "$f" ] || continue
      if [ "\${f#release/}" != "$keep" ]; then away "$f"; fi
    done
    [ -n "$keep" ] || [ ! -d release ] || rmdir release 2>/dev/null
    for f in .fairlead/tree .fairlead/tree.revision .fairlead/tree.work .fairlead/manifest .fairlead/complete .fairlead/hooks/*; do
      case $f in "$hooks") ;; *) [ ! -e "$f" ] || away "$f" ;; esac
    done
    for f in .fairlead/run/*; do
      case $f in ".fairlead/run/$dep") ;; *) rm -rf "$f" ;; esac
    done
    [ "$how" = live ] || rmdir storage/public storage logs 2>/dev/null
    [ -z "$left" ] || { fail not_writable "some files belong to another user and stay:$left"; return 1; }
  }
  away() {
    rm -rf "$1" && return
    chmod -R u+rwx "$1" 2>/dev/null
    rm -rf "$1" || left="$left $1"
  }
`)

/** What a step of these calls. Throws PanelError('invalid') for what no server may see. */
export function movingWords(action: Extract<Action, { do: 'receive' | 'leave' }>): string[] {
  if (action.do === 'leave') return ['leave', action.keep, ...action.caches.map(innerPath)]
  const { release, manifest, home, beside } = action
  if (!/^[0-9a-f]{64}$/.test(manifest) || !home.startsWith('/'))
    throw new PanelError('invalid', 'This release cannot be received.', { release })
  return ['receive', releaseName(release), manifest, home, beside === undefined ? '' : releaseName(beside)]
}
