// Getting to places where others may write, too, without being led elsewhere: on a way without links, and by rename.
import { squeeze } from './squeeze.ts'

export const reaching = squeeze(`
  # basis <target> <path> → $from, where the path begins, and $called, its name for people
  basis() {
    case $1 in
      release) from=$r called=$2 ;;
      shared) from=. called=$2 ;;
      *) from=/ called=/$2 ;;
    esac
  }
  # stand <path>: goes to its directory, where no link leads; $l is its name there
  stand() { above "$1"; l=\${1##*/}; descend "$from" "$b"; }
  # → may we write here; none, link, other, or file with hash, user, group, mode
  seen_here() {
    if [ -w . ]; then printf 'ours '; else printf 'locked '; fi
    if [ -L "./$l" ]; then echo link
    elif [ ! -e "./$l" ]; then echo none
    elif [ -f "./$l" ]; then
      h=unread
      [ ! -r "./$l" ] || { h=$(sha256sum <"./$l"); h=\${h%% *}; }
      echo "file $h $(stat -c '%U %G %a' "./$l")"
    else echo other
    fi
  }
  # may what belongs to this user be brought there from here? Between disks only what is ours, as it is copied there
  level() { [ "$2" = "$(id -un)" ] || [ "$(id -u)" = 0 ] || (stand "$1" >&2 && [ "$(stat -c %d .)" = "$(stat -c %d "$root/release")" ]); }
  # lay <file> <path>: it takes that place by rename, on another disk out of a directory that nobody else can write in
  lay() {
    (
      stand "$2" || exit
      if [ "$(stat -c %d .)" = "$(stat -c %d "$root/release")" ]; then mv -f -T "$root/$1" "./$l"; exit; fi
      x=.fairlead.$dep.$$
      mkdir -m 700 "./$x" && cd -P "./$x" || exit
      case $(stat -c '%u %a' .) in "$(id -u) "*700) ;; *) echo "$x is not ours"; exit 1 ;; esac
      cp -a "$root/$1" ./new && mv -f -T ./new "../$l" && rm -f "$root/$1"
      done=$?
      rm -f ./new; cd .. && rmdir "./$x"
      exit "$done"
    )
  }
  # solid <directory>: from / on it is root's alone to write in; what root does there nobody can lead elsewhere
  solid() {
    s=$1
    while :; do
      case $(stat -c '%u %a' "\${s:-/}") in '0 '*[2367] | '0 '*[2367]?) return 1 ;; '0 '*) ;; *) return 1 ;; esac
      [ -n "$s" ] || return 0
      s=\${s%/*}
    done
  }
`)
