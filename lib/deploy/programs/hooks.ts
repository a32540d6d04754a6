// How a hook is run: `[sudo -n -u USER --] sh -c FIXED fairlead …`, variables over stdin, output into the step's file.
import { quote } from '../quote.ts'
import { killing, processes } from './kill.ts'
import { squeeze } from './squeeze.ts'

// The hook itself, leader of its own session: variables exist only from here on. What we write is for nobody else, what it
// writes is for the web server, too.
const leader = 'umask 022; eval "$(cat)"; exec </dev/null; cd "$1" || exit 127; exec "$3" "$2"'

/**
 * FIXED, run as the hook's user. $1 directory, $2 script, $3 interpreter, $4 timeout (cs), $5 cancel file or '',
 * $6 output limit (bytes), $7 marker, $8 grace (cs); stdin: export lines; fd 1: the step's file; fd 2: the verdict,
 * `fairlead <outcome> <exit> <survivors…>`. A daemon that keeps fd 1 open keeps nobody waiting.
 */
const supervisor = squeeze(`
  ${processes}
  ${killing}
  exec 3>&2 2>/dev/null
  grace=$8 why=
  trap 'why=\${why:-cancelled}' USR1
  trap 'why=\${why:-timed_out}' USR2
  trap 'why=\${why:-output_limit}' ALRM
  trap : HUP
  x=$(cat; echo .); x=\${x%.}
  exec </dev/null
  printf %s "$x" | FAIRLEAD_STEP=$7 setsid sh -c ${quote(leader)} fairlead "$1" "$2" "$3" 2>&1 3>&- &
  p=$!
  (
    exec 3>&- 5>&1 >/dev/null
    trap - USR1 USR2 ALRM
    now; end=$((up + $4))
    while kill -0 $$; do
      sleep .1
      now
      if [ -n "$5" ] && [ -e "$5" ]; then kill -USR1 $$
      elif [ "$up" -ge "$end" ]; then kill -USR2 $$
      elif [ "$(stat -L -c %s /proc/self/fd/5)" -gt "$6" ]; then kill -ALRM $$
      fi
    done
  ) &
  w=$!
  wait "$p"; r=$?
  if [ -n "$why" ]; then
    # what writes without end gets no time to fill the disk
    [ "$why.$((grace > 100))" != output_limit.1 ] || grace=100
    kill -TERM -"$p"
    if slay "$p" "$7" "$$"; then wait "$p"; r=$?; else why=not_killed; fi
  fi
  kill "$w"
  if [ -n "$why" ]; then o=$why; elif [ "$r" = 0 ]; then o=ok; else o=failed; fi
  printf 'fairlead %s %s%s\\n' "$o" "$r" "$found" >&3
  exit 0
`)

/**
 * `hook <event> <stops|ignored> <user> <from> <release> <path> <sha256> <text> [<failure code>]`; sets $out and $code. With a
 * code of its own a failure is what the output says after `Not ready: `; what follows there is the fact `answer`, with 0x1F for newlines.
 * $leaving and $fresh are the release directories being left and being made; $exports the export lines.
 */
export const hookSteps = `super=${quote(supervisor)}\n${squeeze(`
  # without a supervisor: what is left of step $n, known by its marker
  sweep() {
    if [ -n "$user" ]; then
      sudo -n -u "$user" -- sh -c "$killer" fairlead "$grace" - "$$.$mine.$n." </dev/null >/dev/null 2>&1 && return
      [ "$said" = "\${said#sudo:}" ] || return
    else slay - "$$.$mine.$n." "$$" && return
    fi
    out=not_killed; fail not_killed "$event: processes of it are still alive"
  }
  unready() {
    said=$(tail -c 8192 "$d/$n.out" | LC_ALL=C tr -d '\\000-\\010\\013-\\037')
    case $said in *'Not ready: '*) said=\${said#*'Not ready: '} ;; *) said="$event ended with exit code $code" ;; esac
    answer= unit=$(printf '\\037')
    set -- "\${said%%"$nl"*}"
    case $said in *"$nl"*) said=\${said#*"$nl"}$nl ;; *) said= ;; esac
    while [ -n "$said" ]; do answer="$answer\${said%%"$nl"*}$unit"; said=\${said#*"$nl"}; done
    [ -z "$answer" ] || fact answer "$answer"
    fail not_ready "$1"
  }
  hook() {
    out=failed code=- own=$9
    # nobody is let in again who was never taken out
    case $1.$phase in
      traffic.out.*) away=1 ;;
      traffic.in.failure) [ -n "$away" ] || { out=skipped; return; } ;;
    esac
    case $4 in
      live) dir=$root/release/$5 ;;
      new) dir=$root/release/$5 ;;
      leaving) dir=$leaving ;;
      *) dir=$fresh ;;
    esac
    if [ "$4" = live ] || [ "$4" = new ]; then
      file=$dir/$6
      if [ ! -f "$file" ]; then
        if [ "$2" = ignored ]; then fact note "$1: $6 is not in $5"; out=skipped; return; fi
        fail command_failed "$1: $6 is not in $5"; return
      fi
      h=$(sha256sum <"$file")
      if [ "\${h%% *}" != "$7" ]; then
        if [ "$2" = stops ]; then fail command_failed "$1: $6 is not the file that was planned"; return; fi
        fact warning "$1: $6 is not the file that was planned"
      fi
    else
      file=$root/$hooks/$6
      (umask 022; printf %s "$8" >"$file.$$") && mv -f "$file.$$" "$file" || { fail disk_full "$1: cannot write $file"; return; }
    fi
    [ -d "$dir" ] || dir=$root
    if [ -z "$shell" ]; then
      shell=$(command -v bash) || { shell=$(command -v sh); fact warning 'there is no bash on this server: hooks run with sh'; }
    fi
    case $phase in main) c=$root/$cancel ;; *) c= ;; esac
    set -- "$1" "$3" sh -c "$super" fairlead "$dir" "$file" "$shell" "$limit" "$c" "$cap" "$$.$mine.$n." "$grace"
    event=$1 user=$2; shift 2
    if [ -n "$user" ]; then
      printf '%s\\n' "$user" >>"$d/users"
      set -- sudo -n -u "$user" -- "$@"
    fi
    said=$(printf '%s\\nexport TARGET_HOOK=%s FAIRLEAD_HOOK=%s\\n' "$exports" "'$event'" "'$event'" | "$@" 2>&1 >>"$d/$n.out")
    verdict=\${said##*"$nl"}
    case $verdict in
      'fairlead '*) ;;
      *) fail command_failed "$event: \${said:-its supervisor was killed}"; sweep; return ;;
    esac
    set -- $verdict
    out=$2 code=$3; shift 3
    case $out in
      ok) ;;
      not_killed) fail not_killed "$event: still alive: $*" ;;
      timed_out) fail timed_out "$event took longer than $((limit / 100)) s" ;;
      output_limit) fail output_limit "$event wrote more than $cap bytes" ;;
      cancelled) ;;
      *) if [ -n "$own" ]; then unready; else fail command_failed "$event ended with exit code $code"; fi ;;
    esac
  }
`)}`
