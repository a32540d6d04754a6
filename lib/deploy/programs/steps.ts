// The steps that are ours, as shell functions of the runner. Each returns 0, or has said `fail <code> <message>` and
// returns 1. The working directory is the root; $d is the segment's directory. Output goes to the step's file.
import { configuring } from './configure.ts'
import { filing } from './files.ts'
import { placing } from './place.ts'
import { receiving } from './receive.ts'
import { squeeze } from './squeeze.ts'

/** Where `current` points → $live_name (release name, or the raw target of another layout, or ''), $live (its directory). */
export const looking = squeeze(`
  look() {
    live_name= live=
    if [ -L current ]; then
      live_name=$(readlink current; echo .); live_name=\${live_name%"$nl".}
      live=$live_name
      case $live in /*) ;; *) live=$root/$live ;; esac
      case $live_name in "$root"/release/*) live_name=\${live_name#"$root"/release/} ;; release/*) live_name=\${live_name#release/} ;; */*) ;; *) live_name=./$live_name ;; esac
    elif [ -d current ]; then live=$root/current
    fi
  }
`)

const checking = squeeze(`
  # check <bytes> <inodes> <expected current or ''> <adopt>
  check() {
    adopt=$4
    if [ -e current ] && [ ! -L current ] && [ "$adopt" != 1 ]; then
      fail owner_conflict 'current is not a link: adopt it first'; return 1
    fi
    expected "$3" || return 1
    set -- "$1" "$2" $(stat -f -c '%a %S %d %c' .)
    if [ "$(($3 * $4 / 1024))" -lt "$(($1 / 1024))" ]; then
      fail disk_full "$(($3 * $4 / 1048576)) MiB are free, $(($1 / 1048576)) MiB are needed"; return 1
    fi
    if [ "$6" -gt 0 ] && [ "$5" -lt "$2" ]; then fail disk_full "$5 inodes are free, $2 are needed"; return 1; fi
  }
  # consent covers what another tool or a person left: a foreign link, or what was adopted from them before
  expected() {
    case $adopt:$1:$live_name in 1::*/* | 1::adopted.*) return 0 ;; esac
    if [ "$live_name" != "$1" ]; then
      case $1:$live_name in
        :*/*) fail owner_conflict "current leads to $live_name: adopt it first" ;;
        *)
          # what is there is told, so that the next plan begins with it
          fact current "$live_name"
          fail owner_conflict "current is \${live_name:-nothing}, expected was \${1:-nothing}: somebody else changed it. Once more goes on from there."
          ;;
      esac
      return 1
    fi
  }
`)

const shipping = squeeze(`
  # counts of the tree in $1 → "files directories links"
  census() {
    if [ -n "$gnu" ]; then
      set -- $(find "$1" -mindepth 1 -printf '%y\\n' | sort | uniq -c)
      cf=0 cd=0 cl=0
      while [ $# -gt 1 ]; do
        case $2 in f) cf=$1 ;; d) cd=$1 ;; l) cl=$1 ;; esac
        shift 2
      done
    else
      cf=$(find "$1" -type f -print0 | tr -cd '\\0' | wc -c)
      cd=$(find "$1" -mindepth 1 -type d -print0 | tr -cd '\\0' | wc -c)
      cl=$(find "$1" -type l -print0 | tr -cd '\\0' | wc -c)
    fi
    counted="$((cf)) $((cd)) $((cl))"
  }
  # tree <revision> <base or ''> <files> <directories> <links>: aside while it changes, back when it is right
  tree() {
    w=.fairlead/tree.work
    if [ "$2" = "$1" ] && [ ! -e "$d/tree.tar" ]; then return 0; fi
    [ ! -e "$w" ] || rm -rf "$w"
    rm -f .fairlead/tree.revision
    if [ -n "$2" ]; then mv -T .fairlead/tree "$w"; else mkdir -m 755 "$w"; fi || { fail_io "cannot prepare the tree"; return 1; }
    if change "$1" "$3 $4 $5"; then
      if [ -z "$2" ] && [ -e .fairlead/tree ]; then rm -rf .fairlead/tree; fi
      if mv -T "$w" .fairlead/tree && printf '%s\\n' "$1" >.fairlead/tree.new && mv -f .fairlead/tree.new .fairlead/tree.revision; then
        rm -f "$d/tree.tar" "$d/tree.delete"
        return 0
      fi
      fail_io 'cannot put the tree in place'
    fi
    rm -rf "$w" .fairlead/tree .fairlead/tree.new
    return 1
  }
  change() {
    if [ -s "$d/tree.delete" ]; then
      (cd "$w" && xargs -0 rm -rf -- <"$root/$d/tree.delete") || { fail_io 'cannot delete what the revision no longer has'; return 1; }
    fi
    if [ -s "$d/tree.tar" ]; then
      (umask 022; LC_ALL=C tar -x -o -f "$d/tree.tar" -C "$w") || { fail_io 'cannot unpack the revision'; return 1; }
    fi
    census "$w"
    [ "$counted" = "$2" ] || { fail internal "the tree of $1 has $counted entries (files directories links), expected $2"; return 1; }
  }
  # release <name> <revision> <directory of the tree, or '.'>: one with a link on its way could lead out of it
  release() {
    r=release/$1
    if [ -e "$r" ] || [ -L "$r" ]; then
      if [ "$live_name" = "$1" ]; then fail internal "$1 is live and cannot be made again"; return 1; fi
      rm -f ".fairlead/complete/$1"
      mv -T "$r" "release/.trash-$1.$$" && rm -rf "release/.trash-$1.$$"
    fi
    p=.fairlead/tree rest=$3/
    while [ "$rest" != ./ ] && [ -n "$rest" ]; do
      p=$p/\${rest%%/*} rest=\${rest#*/}
      if [ -L "$p" ] || [ ! -d "$p" ]; then fail invalid_spec "$3 is not a directory of this revision"; return 1; fi
    done
    copy_tree "$r" "$2" "$p" || { fail_io 'cannot copy the tree'; rm -rf "$r"; return 1; }
    for s in storage storage/public logs; do
      [ -d "$s" ] || mkdir -m 2775 "$s" || { fail_io "cannot make $s"; return 1; }
    done
  }
  copy_tree() {
    LC_ALL=C cp -a $gnu "$3" "$1" || return 1
    if [ -e "$1/REVISION" ] || [ -L "$1/REVISION" ]; then rm -rf "$1/REVISION"; fi
    (umask 022; printf '%s\\n' "$2" >"$1/REVISION")
  }
  # variables <release> <sha256 or ''>
  variables() {
    [ -n "$2" ] || return 0
    t=release/$1/.env.$$
    rm -f "$t"
    (umask 027; printf %s "$envfile" >"$t") && mv -f -T "$t" "release/$1/.env" || { fail_io 'cannot write .env'; return 1; }
    same_env "release/$1/.env" "$2" || { fail internal '.env is not what was planned'; return 1; }
  }
  same_env() { h=$(sha256sum <"$1") && [ "\${h%% *}" = "$2" ]; }
`)

const permitting = squeeze(`
  # permissions <release> <owner> <group> <keep-exec|strict|off>. Root: owner, then modes. Others: group and modes while
  # the files are still ours, then the owner by sudo, only of files that are ours (a directory keeps its setgid bit).
  permissions() {
    [ "$4" != off ] || return 0
    r=release/$1
    [ -n "$kept" ] || [ ! -f ".fairlead/run/$dep/kept" ] || kept=$(cat ".fairlead/run/$dep/kept")$nl
    aside "$r"
    grant "$@"
    ashore "$r"
  }
  grant() {
    set -- "$1" "$2" "$3" "$4" "$(id -un)" "$(id -u)"
    if [ "$6" = 0 ]; then
      chown -h -R -P "$2:$3" "$r" || { fail command_failed "cannot give $r to $2:$3"; return 1; }
    elif ! chgrp -h -R -P "$3" "$r"; then
      fact note "cannot give all of $r to the group $3"
    fi
    (cd "$r" && modes "$4") || fact note "cannot set all permissions in $r"
    if [ "$6" != 0 ] && [ "$2" != "$5" ]; then
      sudo -n chown -h -R -P --from="$5" "$2:$3" "$root/$r" || fact note "$r stays with $5: sudo for chown to $2:$3 is not allowed here"
    fi
    return 0
  }
  modes() {
    case $1 in strict) m=0664 ;; *) m=u=rwX,g=rwX,o=rX ;; esac
    set -- ! -path ./.env
    while read -r o g f; do
      [ -z "$f" ] || set -- "$@" ! -path "./$f"
    done <<E
    $kept
    E
    # no parentheses: busybox never runs an -exec + that stands inside them
    find . -type d -exec chmod 2775 {} + -o -type f "$@" -exec chmod "$m" {} + || return 1
    [ ! -f .env ] || [ -L .env ] || chmod 0640 .env
  }
`)

const switching = squeeze(`
  # what was renamed in directory $1 is on the disk from here on: a power cut doesn't take it back
  durable() { if [ -n "$gnu" ]; then sync "$1"; else sync; fi 2>/dev/null || :; }
  # complete <release> <revision> <env sha256 or ''>
  complete() {
    [ -d "release/$1" ] || { fail release_missing "$1 is not there"; return 1; }
    # whose .env isn't ours has one of its own, or none, or a link to what releases share
    if [ -z "$3" ] && [ -L "release/$1/.env" ]; then set -- "$1" "$2" link
    elif hash_of "release/$1/.env" && [ "$got" != "\${3:--}" ]; then
      [ -z "$3" ] || fact note 'a hook changed .env: it stays as it is now'
      set -- "$1" "$2" "$got"
    fi
    t=.fairlead/complete/.$1.$$
    (umask 022; printf 'revision=%s\\nenv=%s\\ndeployment=%s\\n' "$2" "\${3:--}" "$dep" >"$t") || { fail_io 'cannot mark the release as complete'; rm -f "$t"; return 1; }
    # the release and its mark, before the mark counts
    if [ -n "$gnu" ]; then sync -f "release/$1"; else sync; fi
    mv -f "$t" ".fairlead/complete/$1" || { fail_io 'cannot mark the release as complete'; rm -f "$t"; return 1; }
    durable .fairlead/complete
  }
  is_complete() {
    case $1 in adopted.*) [ -d "release/$1" ] ;; *) [ -d "release/$1" ] && [ ! -L "release/$1" ] ;; esac ||
      { fail release_missing "$1 is not on this server"; return 1; }
    [ -f ".fairlead/complete/$1" ] || { fail release_missing "$1 was never completed on this server"; return 1; }
  }
  # verify <release> <env sha256 or ''>
  verify() {
    is_complete "$1" || return 1
    [ -n "$2" ] || return 0
    hash_of "release/$1/.env"
    # as it was planned, or as a hook of its deployment left it
    [ "$got" = "$2" ] || grep -q -x "env=$got" ".fairlead/complete/$1" || { fail release_missing "the variables in $1 are not those it was live with last"; return 1; }
  }
  mine() {
    take "$d/lock" || { fail internal 'another process holds the lock of this root'; return 1; }
    seen
    [ "$seen_segment" = "$dep/$seg" ] || { give "$d/lock"; fail owner_conflict "a newer deployment took over ($seen_segment)"; return 1; }
  }
  # switch <release> <expected current or ''>
  switch() { mine || return 1; swap "$1" "$2"; code=$?; give "$d/lock"; return $code; }
  swap() {
    is_complete "$1" || return 1
    look
    if [ "$live_name" = "$1" ]; then fact current "$1"; return 0; fi
    expected "$2" || return 1
    t=current.$dep.$$
    while [ -e "$t" ] || [ -L "$t" ]; do t=$t.x; done
    ln -s "$root/release/$1" "$t" || { fail_io 'cannot make the link'; return 1; }
    adopted=
    if [ -e current ] && [ ! -L current ] && [ "$adopt" != 1 ]; then rm -f "$t"; fail owner_conflict 'current is not a link: adopt it first'; return 1; fi
    adopt_current || { rm -f "$t"; fail_io 'cannot adopt current'; return 1; }
    mv -f -T "$t" current || { rm -f "$t"; fail_io 'cannot replace current'; return 1; }
    switched=1
    now; fact previous "\${adopted:-$live_name}"; fact switched "$up"
    durable .
    look
    fact current "$live_name"
    [ "$live_name" = "$1" ] || { fail internal "current is $live_name after the switch"; return 1; }
  }
  # What consent was given for becomes a release of that name, so that an undo can put it back: a directory is moved, a
  # foreign link is followed by another. Everything else stays.
  adopt_current() {
    case $live_name in
      */*) now; adopted=adopted.$dep.$up; ln -s "$live" "release/$adopted" || return 1 ;;
      '') [ -e current ] || return 0; now; adopted=adopted.$dep.$up; mv -T current "release/$adopted" || return 1 ;;
      # whoever made it live: it was, so it can be again
      *) [ ! -f ".fairlead/complete/$live_name" ] || return 0; adopted=$live_name ;;
    esac
    (umask 022; printf 'revision=-\\nenv=-\\ndeployment=%s\\n' "$dep" >".fairlead/complete/$adopted")
  }
  # unlink <expected current>
  unlink_current() { mine || return 1; look; if expected "$1"; then rm -f current; code=$?; durable .; fact previous "$1"; fact current ''; else code=1; fi; give "$d/lock"; return $code; }
`)

const pruning = squeeze(`
  # prune <remove…> -- <keep…>
  prune() {
    look
    keep=" $live_name "
    seen_dash=
    for a; do if [ "$a" = -- ]; then seen_dash=1; elif [ -n "$seen_dash" ]; then keep="$keep$a "; fi; done
    went=
    for a; do
      [ "$a" != -- ] || break
      case $keep in *" $a "*) continue ;; esac
      rm -f ".fairlead/complete/$a" ".fairlead/manifest/$a"
      # gone already: by hand, or by a prune that a power cut ended before it could say so
      if [ ! -e "release/$a" ] && [ ! -L "release/$a" ]; then went="$went $a"; continue; fi
      [ -d "release/$a" ] && [ ! -L "release/$a" ] || continue
      t=release/.trash-$a.$$
      if mv -T "release/$a" "$t" && rm -rf "$t"; then went="$went $a"
      else chmod -R u+rwx "$t" 2>/dev/null; if rm -rf "$t"; then went="$went $a"; else fact kept "$a some of its files belong to another user"; fi
      fi
    done
    # told when no power cut can bring it back
    if [ -n "$went" ]; then
      if [ -z "$gnu" ]; then sync; else sync release 2>/dev/null || went=; fi
    fi
    for a in $went; do fact pruned "$a"; done
    for t in release/.trash-* release/env.[0-9]* .fairlead/complete/.[!.]*; do [ ! -e "$t" ] || rm -rf "$t"; done
    # what a release was served from while it was replaced
    for t in release/*.beside-[0-9]*; do
      [ "\${t#release/}" = "\${live_name%%/*}" ] || [ ! -d "$t" ] || rm -rf ".fairlead/complete/\${t#release/}" "$t"
    done
    old=
    for t in .fairlead/run/[0-9]* .fairlead/hooks/[0-9]*; do
      [ -d "$t" ] && [ "\${t##*/}" -lt "$((dep - 30))" ] && old="$old $t"
    done
    [ -z "$old" ] || rm -rf $old
    return 0
  }
  # remove <release>
  remove() {
    look
    [ "$live_name" != "$1" ] || { fail command_failed "$1 is live"; return 1; }
    prune "$1" --
    for t in "release/$1" "release/.trash-$1."*; do
      [ ! -e "$t" ] || { fail not_writable "some files of $1 belong to another user"; return 1; }
    done
  }
`)

export const ourSteps =
  looking + checking + shipping + permitting + switching + configuring + filing + placing + pruning + receiving
