// New variables for the release that is live, and the way back: `.env` is replaced by rename, by one that has the owner,
// group and mode of the one before. What was there is kept, for us alone, until the segment has ended well.
import { squeeze } from './squeeze.ts'

export const configuring = squeeze(`
  # the release $1 is live, ours to change, and its .env a file or nothing
  changeable() {
    is_complete "$1" || return 1
    look
    [ "$live_name" = "$1" ] || { fail owner_conflict "current is \${live_name:-nothing}, expected was $1: somebody else changed it"; return 1; }
    if [ -L "release/$1/.env" ]; then
      fail command_failed "a hook made .env a link, to $(readlink "release/$1/.env"): deploy to use other variables"; return 1
    fi
    [ ! -e "release/$1/.env" ] || [ -f "release/$1/.env" ] || { fail command_failed '.env is no file'; return 1; }
  }
  hash_of() { got=-; if [ -f "$1" ]; then got=$(sha256sum <"$1") || return 1; got=\${got%% *}; fi; }
  # place <release> <owner> <group>: the file $t becomes its .env, or nothing is changed. Under sudo goes the one command that
  # permissions need, too, which is why $t lies in release/.
  place() {
    if [ -f "release/$1/.env" ]; then set -- "$@" $(stat -c '%u %g %a' "release/$1/.env"); else set -- "$@" $(stat -c '%u %g' "release/$1") 640; fi
    if [ "$(id -u)" = 0 ]; then chown -h "$4:$5" "$t"
    elif [ "$(stat -c %g "$t")" != "$5" ]; then chgrp -h "$5" "$t"
    fi
    chmod "$6" "$t"
    [ "$(stat -c %u "$t")" = "$4" ] || sudo -n chown -h -R -P --from="$(id -un)" "$2:$3" "$root/$t"
    if [ "$(stat -c '%u %g %a' "$t")" != "$4 $5 $6" ]; then
      fail command_failed "the new .env cannot be given to user $4 and group $5 (mode $6) as the old one was: nothing was changed"; return 1
    fi
    mv -f -T "$t" "release/$1/.env" || { fail_io 'cannot replace .env'; return 1; }
  }
  # the marker says what .env the release is complete with
  note_env() {
    m=.fairlead/complete
    (umask 022; sed "s/^env=.*/env=$2/" "$m/$1" >"$m/.$1.$$") && mv -f "$m/.$1.$$" "$m/$1" || { fail_io 'cannot note the new .env'; return 1; }
    fact env "$2"
  }
  staging() { rm -f release/env.[0-9]*; t=release/env.$dep.$$; }
  # configure <release> <sha256> <owner> <group>
  configure() { mine || return 1; staging; exchange "$@"; code=$?; rm -f "$t"; give "$d/lock"; return $code; }
  exchange() {
    changeable "$1" && hash_of "release/$1/.env" || return 1
    old=$got
    if [ "$old" = "$2" ]; then fact note '.env has these variables already'; note_env "$1" "$2"; return; fi
    if [ "$old" = - ]; then (umask 077; printf '' >"$d/env.none"); else (umask 077; cat "release/$1/.env" >"$d/env"); fi || { fail_io 'cannot keep the old .env'; return 1; }
    (umask 077; printf %s "$envfile" >"$t") || { fail_io 'cannot write .env'; return 1; }
    same_env "$t" "$2" || { fail internal '.env is not what was planned'; return 1; }
    place "$1" "$3" "$4" || return 1
    switched=1
    now; fact configured "$up"
    note_env "$1" "$2"
  }
  # restore <release> <segment that configured> <owner> <group>
  restore() { mine || return 1; staging; put_back "$@"; code=$?; rm -f "$t"; give "$d/lock"; return $code; }
  put_back() {
    k=.fairlead/run/$dep/$2
    if [ ! -f "$k/env" ] && [ ! -f "$k/env.none" ]; then fact note '.env had not been changed'; return 0; fi
    changeable "$1" || return 1
    if [ -f "$k/env" ]; then
      # a disk that has no room for another copy has some for another name of this one
      (umask 077; cat "$k/env" >"$t") || { rm -f "$t"; ln "$k/env" "$t"; } || { fail_io 'cannot write .env'; return 1; }
      hash_of "$t" && place "$1" "$3" "$4" || return 1
    else rm -f "release/$1/.env" && got=- || { fail_io 'cannot remove .env'; return 1; }
    fi
    note_env "$1" "$got" && rm -f "$k/env" "$k/env.none"
  }
`)
