// Following a segment: journal and step files from given offsets, as frames, until it is closed or its runner is gone.
import { squeeze } from './squeeze.ts'

/**
 * `follow <started|attached>` with $d, $from (journal offset), $steps (`n:offset …`). Journal lines are read by the shell
 * itself, log bytes by tail|head. Woken by a ticker and, on GNU, at once by `tail -f` of the journal. When the channel
 * closes, the next write fails and everything here ends; the ticker ends with the pipe that it writes to.
 */
export const following = squeeze(`
  say() { printf "$@" 2>/dev/null || leave; }
  # bytes of step $1 up to $2
  send() {
    eval "o=\\\${o_$1:-0}"
    [ "$2" -gt "$o" ] && [ -f "$d/$1.out" ] || return 0
    say 'O %s %s %s\\n' "$1" "$o" "$(($2 - o))"
    # a file that was cut short meanwhile is filled up: a frame is as long as it says, or what follows could be forged
    { tail -c "+$((o + 1))" "$d/$1.out"; head -c "$(($2 - o))" /dev/zero; } 2>/dev/null | head -c "$(($2 - o))" 2>/dev/null || leave
    eval "o_$1=$2"
    beat=$up
  }
  # whole journal lines that are new; the logs they speak of go first
  news() {
    batch= torn=
    while IFS= read -r k <&4 || { torn=$k; false; }; do
      k=$part$k; part=
      at=$((at + \${#k} + 1))
      [ "$at" -gt "$from" ] || { mark $k; continue; }
      batch=$batch$k$nl
      mark $k
    done
    part=$part$torn
    [ -n "$batch" ] || return 0
    for s in $ended; do send "\${s%:*}" "\${s#*:}"; done
    ended=
    say 'J %s %s\\n%s' "$from" "\${#batch}" "$batch"
    from=$((from + \${#batch}))
    beat=$up
  }
  mark() {
    case $1 in
      begin) running=$2 ;;
      end) running=; ended="$ended $2:$5" ;;
      close) closed=1 ;;
    esac
  }
  live_out() {
    [ -n "$running" ] && [ -s "$d/$running.out" ] || return 0
    z=$(stat -c %s "$d/$running.out")
    [ "$z" -le "$cap" ] || z=$cap
    send "$running" "$z"
  }
  leave() { kill $helpers 2>/dev/null; exit 0; }
  watch() {
    while :; do
      now
      news
      [ -z "$closed" ] || { say 'E done\\n'; leave; }
      live_out
      if [ "$up" -ge "$look" ]; then
        look=$((up + 100))
        if ! alive $who; then
          news
          [ -z "$closed" ] || { say 'E done\\n'; leave; }
          live_out
          say 'E lost\\n'
          leave
        fi
      fi
      if [ "$up" -ge "$((beat + 300))" ]; then say 'H\\n'; beat=$up; fi
      read -r k <&5 || leave
    done
  }
  follow() {
    first "$d/pid"; who=$got
    exec 4<"$d/journal"
    at=0 part= ended= running= closed= helpers=
    for s in $steps; do eval "o_\${s%:*}=\${s#*:}"; done
    now; beat=$up look=$((up + 100))
    first "$d/journal"
    # a power cut may have emptied it: then its runner is as gone as what it wrote
    case $got in "open "*) ;; *) got="open $seg $epoch $(date +%s)000 $up" ;; esac
    set -- "$1" $got
    say 'S %s %s %s %s %s\\n' "$3" "$4" "$1" "$5" "$6"
    {
      case $(tail --version 2>/dev/null) in *GNU*) tail -n 0 -f "$d/journal" 2>/dev/null & echo "h $!" ;; esac
      # tail needs a moment to start; what is short should be over by then
      for k in .01 .01 .02 .03; do sleep $k; echo || exit; done
      while sleep .05; do echo || exit; done
    } 4<&- | { trap leave HUP TERM INT PIPE; set -f; exec 5<&0 </dev/null; read -r k <&5; case $k in h*) helpers=\${k#h } ;; esac; watch; }
    exit 0
  }
`)
