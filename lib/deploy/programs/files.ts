// Files of the panel: each is written beside its place, for us alone, gets its rights there, and takes its place by rename.
// What is in them is in the variables file_<sha256> (the secret part), in base64, as no variable holds a NUL.
import { squeeze } from './squeeze.ts'

export const filing = squeeze(`
  # descend <directory> <path>: goes there from the directory, making what is missing; a link on the way leads nowhere
  descend() {
    cd -P "$1" || return 1
    at=$(pwd -P) rest=$2
    while [ -n "$rest" ]; do
      p=\${rest%%/*}
      rest=\${rest#"$p"} rest=\${rest#/} at=\${at%/}/$p
      [ -d "./$p" ] || (umask 022; mkdir "./$p") || return 1
      cd -P "./$p" || return 1
      [ "$(pwd -P)" = "$at" ] || { echo "$p is a link"; return 1; }
    done
  }
  # → $b, the directory of a path, or ''
  above() { case $1 in */*) b=\${1%/*} ;; *) b= ;; esac; }
  # lodge <file> <directory> <path>: the file takes that place
  lodge() { above "$3"; (descend "$2" "$b" && mv -f -T "$root/$1" "./\${3##*/}"); }
  # write_file <path> <sha256> → $t, in release/, as sudo knows that place
  write_file() {
    t=release/env.$dep.$$
    rm -f "$t"
    eval "content=\\$file_$2"
    (umask 077; printf %s "$content" | base64 -d >"$t") || { fail_io "cannot write $1"; return 1; }
    content=
    same_env "$t" "$2" || { fail internal "$1 is not what was planned"; return 1; }
  }
  # endow <file> <owner or -> <group or -> <mode> <its name for people>
  endow() {
    [ "$3" = - ] || [ "$(stat -c %G "$1")" = "$3" ] || chgrp -h "$3" "$1"
    chmod "$4" "$1" || return 1
    if [ "$2" != - ] && [ "$(stat -c %U "$1")" != "$2" ]; then
      if [ "$(id -u)" = 0 ]; then chown -h "$2" "$1"
      else sudo -n chown -h -R -P --from="$(id -un)" "$2:$(stat -c %G "$1")" "$root/$1"
      fi
    fi
    set -- "$@" "$(stat -c %U "$1")" "$(stat -c %G "$1")"
    case $2 in - | "$6") case $3 in - | "$7") return 0 ;; esac ;; esac
    fail command_failed "$5 cannot be given to user $2 and group $3"
    return 1
  }
  # files <release>, then <path> <sha256> <owner or -> <group or -> <mode> of each; $kept has what permissions are to spare
  files() {
    r=release/$1 kept=
    shift
    while [ $# -gt 0 ]; do
      write_file "$1" "$2" && endow "$t" "$3" "$4" "$5" "$1" || { rm -f "$t"; return 1; }
      lodge "$t" "$r" "$1" || { fail command_failed "$1 has no place in the release: a link or a directory is in its way"; rm -f "$t"; return 1; }
      echo "$1"
      kept="$kept$3 $4 $1$nl"
      shift 5
    done
    # permissions may be another program's, after a hook that ran on one server only
    printf %s "$kept" >"$root/.fairlead/run/$dep/kept"
  }
  # aside <release directory>: files with an owner of their own, while everything gets another
  aside() {
    i=0
    while IFS=' ' read -r o g f; do
      i=$((i + 1))
      case $o:$g in : | -:-) continue ;; esac
      [ ! -f "$1/$f" ] || { above "$f"; (descend "$1" "$b" && mv -f -T "./\${f##*/}" "$root/release/env.$dep.$$.$i"); }
    done <<E
    $kept
    E
    :
  }
  # and back
  ashore() {
    i=0
    while IFS=' ' read -r o g f; do
      i=$((i + 1))
      [ -f "release/env.$dep.$$.$i" ] || continue
      lodge "release/env.$dep.$$.$i" "$1" "$f" || { fail command_failed "$f cannot be put back"; return 1; }
    done <<E
    $kept
    E
  }
`)
