// Ending processes: TERM, grace, KILL, read back. Shared by the runner (its own steps, an older segment's rest) and by a
// hook's supervisor, which is the only one that may signal a run-as user's processes.
import { squeeze } from './squeeze.ts'

/** Looking at the clock and at processes, without a single fork. */
export const processes = squeeze(`
  # uptime in centiseconds → $up
  now() { read -r up _ </proc/uptime; up=\${up%.*}\${up#*.}; }
  # /proc/<pid>/stat → $st start time, $sid session, $ppid; fails when it's gone or a zombie. The name may hold anything: cut at the last ')'
  born() {
    line=
    while IFS= read -r k || [ -n "$k" ]; do line="$line$k "; done 2>/dev/null <"/proc/$1/stat"
    line=\${line##*) }
    [ -n "$line" ] || return 1
    born_set $line
  }
  born_set() { st=\${20}; sid=$4; ppid=$2; case $1 in [ZX]) return 1 ;; esac; }
`)

/**
 * `slay <session> <marker> <spare>`: ends every process of that session or with `FAIRLEAD_STEP=<marker>…` in its
 * environment, but the pids in <spare> and what the watcher ($w) started; 0 = read back dead, 1 = $found are still alive.
 * `-` is no session, '' no marker. Needs $grace (cs) and the functions now and born. grep picks candidates out of all
 * processes at once: a shell would read each file byte by byte.
 */
export const killing = squeeze(`
  w=
  scan() {
    found=
    for f in $(LC_ALL=C grep -ls -e ") [A-Za-z] [0-9][0-9]* [0-9][0-9]* $1 " /proc/[0-9]*/stat); do
      candidate "$f" "$3" && [ "$sid" = "$1" ] && found="$found $q"
    done
    [ -n "$2" ] || return 0
    for f in $(LC_ALL=C grep -lszF -e "FAIRLEAD_STEP=$2" /proc/[0-9]*/environ); do
      candidate "$f" "$3 $found" && found="$found $q"
    done
  }
  candidate() {
    q=\${1%/*}; q=\${q##*/}
    case " $2 " in *" $q "*) return 1 ;; esac
    born "$q" && [ "$ppid" != "$w" ]
  }
  slay() {
    now; t0=$((up + grace)) t1=$((up + grace + 500)) g=TERM sent= tries=0
    while :; do
      scan "$1" "$2" "$3"
      [ -n "$found" ] || return 0
      now
      [ "$up" -lt "$t0" ] || g=KILL tries=$((tries + 1))
      # on a machine that is slow it is tries that count
      [ "$up" -lt "$t1" ] || [ "$tries" -lt 10 ] || return 1
      for q in $found; do
        case "$g $sent " in "TERM "*" $q "*) continue ;; esac
        kill -$g "$q" 2>/dev/null
        sent="$sent $q"
      done
      sleep .05
    done
  }
`)
