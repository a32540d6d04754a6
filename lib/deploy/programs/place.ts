// Files of the panel outside a release that is being made: in the live release, in what releases share, anywhere on the server.
// First everything is made ready and what is there is kept; then each takes its place by rename. Nothing in between can fail for
// a reason that was to be seen before.
import { reaching } from './reach.ts'
import { squeeze } from './squeeze.ts'

/** What a segment kept so that it can be undone goes. */
export const settling = squeeze(`
  # nothing has to be put back any more: of what was kept only somebody else's stays
  settle() {
    for f in "$d"/root.*; do
      [ -f "$f" ] || continue
      first "$f"
      [ -e "$d/kept.\${f##*.}" ] || sudo -n rm -f "$got" "$got-before"
      rm -f "$f"
    done
    for f in "$d"/before.* "$d"/none.*; do
      [ -e "$f" ] || [ -L "$f" ] || continue
      [ -e "$d/kept.\${f##*.}" ] || rm -f "$f"
    done
  }
  # does the segment in $1 keep anything that an undo may want?
  owes() {
    for f in "$1/env" "$1/env.none" "$1"/root.* "$1"/before.* "$1"/none.*; do
      if [ -e "$f" ] || [ -L "$f" ]; then return 0; fi
    done
    return 1
  }
  # settle_of <deployment>/<segment>: nor of its variables; and the room that it kept for an undo. Most have nothing left.
  settle_of() {
    set -- ".fairlead/run/$1"
    owes "$1" || [ -e "$1/reserve" ] || return 0
    (d=$1; rm -rf "$d/env" "$d/env.none" "$d/reserve"; settle)
    return 0
  }
`)

export const placing =
  reaching +
  settling +
  squeeze(`
  # each <function> <7 words of every file…>: in order, $nr is its number
  each() {
    todo=$1 nr=0
    shift
    while [ $# -gt 0 ]; do
      nr=$((nr + 1))
      "$todo" "$1" "$2" "$3" "$4" "$5" "$6" "$7" || return 1
      shift 7
    done
  }
  # place_files <release> <1: it is live, and this is what is done to it> <its user or -> <its group or ->, then of each file
  # <target> <path> <sha256 or -: it goes> <owner or -> <group or -> <mode> <hash that we left there or ->
  place_files() { mine || return 1; staging; put "$@"; code=$?; rm -f release/env."$dep.$$"*; give "$d/lock"; return $code; }
  put() {
    r=release/$1 commit=$2 lu=$3 lg=$4
    if [ -n "$commit" ]; then
      is_complete "$1" || return 1
      look
      [ "$live_name" = "$1" ] || { fail owner_conflict "current is \${live_name:-nothing}, expected was $1: somebody else changed it"; return 1; }
    fi
    shift 4
    each ready "$@" || { settle; return 1; }
    each turn "$@"
  }
  no_place() { fail command_failed "$called has no place: a link is on its way, or a directory of it can't be made"; return 1; }
  ready() {
    basis "$1" "$2"
    there=$(stand "$2" >&2 && seen_here) || { no_place; return 1; }
    set -- "$@" $there
    case $9.\${10}.$3 in
      other.*) fail command_failed "$called is no file"; return 1 ;;
      none..-) return 0 ;;
      *.-) [ "\${10}" = "$7" ] || { fact note "$called is not what Fairlead left there: it stays"; return 0; } ;;
      "file.$3.$3")
        case $4 in - | "\${11}") case $5 in - | "\${12}") [ "0\${13}" != "$6" ] || return 0 ;; esac ;; esac ;;
    esac
    if [ "$1" = server ] && [ "$(id -u)" != 0 ]; then
      case $8.$4 in ours.- | "ours.$(id -un)") ;; *) by_root "$@"; return ;; esac
    fi
    if [ "$9" = none ]; then printf '' >"$d/none.$nr"; else save "$2" "\${11}" "\${12}" "\${13}"; fi || return 1
    foreign "$@"
    [ "$3" != - ] || return 0
    write_file "$called" "$3" && endow "$t" "$4" "$5" "$6" "$called" || { rm -f "$t"; return 1; }
    case $1:$4:$5 in server:*) ;; *:-:-) lend ;; esac
    level "$2" "$(stat -c %U "$t")" || { fail command_failed "$called lies on another disk, where only $(id -un)'s files can be put"; return 1; }
    mv -f -T "$t" "release/env.$dep.$$.$nr"
  }
  # what somebody else wrote there stays to be had
  foreign() { case $9.\${10} in none. | "file.$7" | "file.$3") ;; *) printf '' >"$d/kept.$nr" ;; esac; }
  # as the release's other files, as far as that is allowed
  lend() {
    [ "$lu" != - ] || return 0
    [ "$(stat -c %G "$t")" = "$lg" ] || chgrp -h "$lg" "$t" 2>/dev/null
    [ "$(stat -c %U "$t")" = "$lu" ] || if [ "$(id -u)" = 0 ]; then chown -h "$lu" "$t"
    else sudo -n chown -h -R -P --from="$(id -un)" "$lu:$lg" "$root/$t"; fi 2>/dev/null
    [ "$(stat -c %U:%G "$t")" = "$lu:$lg" ] || fact note "$called is $(stat -c %U:%G "$t")'s: it can't be given to $lu:$lg here"
  }
  # save <path> <user> <group> <mode>: what is there, as it is, for us alone to reach
  save() {
    rm -f "$t"
    (stand "$1" && cp -a "./$l" "$root/$t") || { fail_io "cannot keep what is at $called, so that nothing was changed"; return 1; }
    if [ ! -L "$t" ]; then
      [ "$(stat -c %U "$t")" = "$2" ] || sudo -n chown -h -R -P --from="$(id -un)" "$2:$3" "$root/$t"
      if [ "$(stat -c '%U %G %a' "$t")" != "$2 $3 $4" ] || ! level "$1" "$2"; then
        rm -f "$t"
        fail command_failed "$called could not be given back to user $2 and group $3 (mode $4) if this failed: nothing was changed"; return 1
      fi
    fi
    mv -f -T "$t" "$d/before.$nr" || { fail_io "cannot keep what is at $called"; return 1; }
  }
  denied() { fail command_failed "$called is root's to write, and sudo does not allow it: the check of this server says what is missing"; return 1; }
  # the same by sudo: beside its place, hidden, as /etc/nginx/sites-enabled/* takes what it finds
  by_root() {
    above "$2"
    b=\${b:+/$b} l=\${2##*/}
    solid "$b" || { fail command_failed "$called: others may write in its directory, or in one above, so that root does not"; return 1; }
    m=$b/.$l.fairlead u=$4 g=$5
    [ "$u" != - ] || u=root
    [ "$g" != - ] || g=root
    sudo -n rm -f "$m" "$m-before" || { denied; return 1; }
    printf '%s\\n' "$m" >"$d/root.$nr"
    if [ "$9" = none ]; then printf '' >"$d/none.$nr"
    else sudo -n cp -a "$b/$l" "$m-before" && printf '' >"$d/before.$nr" || { denied; return 1; }
    fi
    foreign "$@"
    [ "$3" != - ] || return 0
    eval "content=\\$file_$3"
    h=$(printf %s "$content" | base64 -d | sha256sum)
    [ "\${h%% *}" = "$3" ] || { fail internal "$called is not what was planned"; return 1; }
    printf %s "$content" | base64 -d | sudo -n install -m "$6" -o "$u" -g "$g" /proc/self/fd/0 "$m" || { denied; return 1; }
    content=
  }
  kept() { [ -e "$1/none.$nr" ] || [ -e "$1/before.$nr" ] || [ -L "$1/before.$nr" ]; }
  turn() {
    basis "$1" "$2"
    kept "$d" || { echo "= $called"; return 0; }
    if [ -n "$commit" ] && [ -z "$switched" ]; then switched=1; now; fact configured "$up"; fi
    first "$d/root.$nr"
    case $got.$3 in
      .-) (stand "$2" && rm -f "./$l") ;;
      .*) lay "release/env.$dep.$$.$nr" "$2" ;;
      *.-) sudo -n rm -f "/$2" ;;
      *) sudo -n mv -f -T "$got" "/$2" ;;
    esac || { fail_io "cannot change $called"; return 1; }
    fact placed "$3 $called"
    case $3 in -) echo "- $called" ;; *) echo "+ $called" ;; esac
    if [ -e "$d/kept.$nr" ]; then fact note "$called was not Fairlead's: what it was is kept at \${got:-$root/$d/before.$nr}\${got:+-before}"; fi
  }
  # unplace <release> <segment that placed> then <target> <path> of each
  unplace() { mine || return 1; staging; bring_back "$@"; code=$?; rm -f release/env."$dep.$$"*; give "$d/lock"; return $code; }
  bring_back() {
    r=release/$1 k=.fairlead/run/$dep/$2 nr=0 torn=
    shift 2
    while [ $# -gt 0 ]; do
      nr=$((nr + 1))
      basis "$1" "$2"
      if kept "$k"; then back "$2" || torn=1; fi
      shift 2
    done
    [ -z "$torn" ]
  }
  back() {
    first "$k/root.$nr"
    if [ -e "$k/none.$nr" ]; then
      if [ -n "$got" ]; then sudo -n rm -f "/$1"; else (stand "$1" && rm -f "./$l"); fi
    elif [ -n "$got" ]; then sudo -n mv -f -T "$got-before" "/$1"
    else lay "$k/before.$nr" "$1"
    fi || { fail_io "cannot put back $called"; return 1; }
    [ -z "$got" ] || sudo -n rm -f "$got" "$got-before"
    rm -f "$k/none.$nr" "$k/before.$nr" "$k/root.$nr" "$k/kept.$nr"
    fact restored "$called"
    echo "< $called"
  }
`)
