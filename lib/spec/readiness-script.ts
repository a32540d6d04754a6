// Readiness checks that a server does itself, as scripts: bash, or busybox' sh where there is no bash.
// What they say last is `Not ready: <a sentence>` and the last answer: the runner makes the reason of the failure of it.
import { quote } from '../deploy/quote.ts'
import type { Options } from './options.ts'
import type { PresetStep } from './presets.ts'
import { addressOf, isOfPanel, variableInHeader, wanted } from './readiness.ts'
import type { ExecCheck, HttpCheck, ReadinessCheck } from './readiness.ts'

/** Those of `when` that a server does, as steps. One that goes on for as long as it may takes one try and one pause longer. */
export function readinessSteps({ readiness }: Options, when: ReadinessCheck['when']): PresetStep[] {
  return readiness
    .filter((check) => check.when === when && !isOfPanel(check))
    .map((check) => ({
      name: `ready: ${check.name}`,
      text: check.kind === 'exec' ? execText(check) : httpText(check),
      user: check.kind === 'exec' ? check.user : null,
      timeoutMs: (check.totalSeconds + check.trySeconds + check.pauseSeconds + 15) * 1000,
      failure: check.onFailure === 'rollback' ? 'stops' : 'ignored',
      replay: 'idempotent',
      code: 'not_ready',
    }))
}

/** $why: what the last try came to, '' when it passed; $answer: what it got. The clock is the one that nobody sets. */
const waiting = ({ trySeconds, pauseSeconds, totalSeconds }: ReadinessCheck): string => `nl='
'
limit=
if command -v timeout >/dev/null; then limit='timeout ${trySeconds}'; fi
clock() { read -r now _ </proc/uptime; now=\${now%%.*}; }
# whole words of stdin up to so many bytes: what is half of a secret, nobody recognises
begin() {
  text=$(cat)
  part=$(printf '%s' "$text" | head -c "$1")
  [ "$part" = "$text" ] || part=$(printf '%s\\n' "$part" | LC_ALL=C sed '$s/[^[:space:]"&,;<>=:]*$/…/')
  printf '%s' "$part"
}
give_up() {
  echo "Not ready: $1"
  printf '%s\\n' "$answer" | head -c 4096
  exit 1
}
answer=
clock
end=$((now + ${totalSeconds})) begin=$now try=0
wait_for() {
  while :; do
    try=$((try + 1))
    ask
    if [ -z "$why" ]; then echo "$1 $passed (try $try)."; exit 0; fi
    echo "Try $try: $1 $why"
    clock
    [ "$((now + ${pauseSeconds}))" -lt "$end" ] || break
    sleep ${pauseSeconds}
  done
  give_up "$1 $why, expected was $expectation (try $try, after $((now - begin)) s)."
}
`

function execText(check: ExecCheck): string {
  const place = check.when === 'after' ? `cd "$FAIRLEAD_ROOT/current" || exit\n` : ''
  return `${waiting(check)}${place}ask() {
  answer=$({ $limit "\${BASH:-sh}" -c ${quote(check.command)}; echo "$nl$?"; } 2>&1 </dev/null | tr -d '\\000' | tail -c 2060)
  code=\${answer##*"$nl"} answer=\${answer%"$nl"*} answer=\${answer%"$nl"} why=
  [ "$(printf '%s' "$answer" | tail -c 2040)" = "$answer" ] || answer=$(printf '%s\\n' "$answer" | LC_ALL=C sed '1s/^[^[:space:]"&,;<>=:]*/…/')
  passed='ended with exit code 0'
  case $code.$limit in
    0.*) ;;
    124.?* | 143.?*) why='took longer than ${check.trySeconds} s' ;;
    *) why="ended with exit code $code" ;;
  esac
}
expectation='exit code 0'
wait_for 'The command'
`
}

function httpText(check: HttpCheck): string {
  const { port, host, path, contains, status } = check
  const address = check.address || '127.0.0.1'
  const url = addressOf(check)
  return `${waiting(check)}url=${quote(url)} address=${quote(address)} port=${port} host=${quote(host)} path=${quote(path)}
expected=${filled(contains)} expectation=${filled(wanted(check))}
cr=$(printf '\\r')
headers=
header() {
  case $2 in *"$nl"* | *"$cr"*) give_up "the header $1 can't be sent: its value has several lines." ;; esac
  headers="$headers$1: $2$nl"
}
${check.headers.map(headerText).join('')}${askText(check)}
# the answer as it came → $code, $head, $body
read_answer() {
  while :; do
    head=\${answer%%"$nl$nl"*} body=
    [ "$head" = "$answer" ] || body=\${answer#*"$nl$nl"}
    said=$(printf '%s' "\${head%%"$nl"*}" | cut -c 1-200)
    case $said in
      HTTP/*' '1[0-9][0-9]*) answer=$body ;;
      HTTP/*' '[2-5][0-9][0-9]*) said=\${said#* } code=\${said%% *}; return ;;
      *) code=; return ;;
    esac
  done
}
ask() {
  at=$url hops=0 own=1
  while :; do
    get
    read_answer
    case $code in ${status === null ? '30[12378]' : status >= 300 && status < 400 ? 'never' : '30[12378]'}) ;; *) break ;; esac
    location=$(printf '%s\\n' "$head" | sed -n 's/^[Ll][Oo][Cc][Aa][Tt][Ii][Oo][Nn]: *//p' | head -n 1 | cut -c 1-2000)
    [ -n "$location" ] && [ "$hops" -lt 5 ] || break
    hops=$((hops + 1))
    rest=\${at#*://}
    from=\${at%%://*}://\${rest%%[/?]*}
    case $location in
      http://* | https://*) at=$location ;;
      //*) at=\${at%%://*}:$location ;;
      /*) at=$from$location ;;
      *) break ;;
    esac
    rest=\${at#*://}
    # headers are for whom they were written, and for nobody else
    [ "\${at%%://*}://\${rest%%[/?]*}" = "$from" ] || own=
  done
  # what is shown of it: no session, and of the body the beginning
  shown=$(printf '%s\\n' "$head" | sed 's/^\\([Ss][Ee][Tt]-[Cc][Oo][Oo][Kk][Ii][Ee]:\\).*/\\1 …/' | begin 2000)
  answer="$shown$nl$nl$(printf '%s' "$body" | begin 2048)"
  passed="answers \${code:-nothing}" why=
  [ "$at" = "$url" ] || passed="$passed at $at"
  case $code in
    '') why='gives no answer' ;;
    ${status ?? '2*'}) case $body in *"$expected"*) ;; *) why="$passed without “$expected”" ;; esac ;;
    *) why="answers $said"; [ "$at" = "$url" ] || why="$why at $at" ;;
  esac
}
wait_for "$url"
`
}

/** A part to look for, in which `{commit}` and `{release}` are those that should be served. */
function filled(text: string): string {
  const variables: Record<string, string> = { '{commit}': '"$FAIRLEAD_REVISION"', '{release}': '"$FAIRLEAD_RELEASE"' }
  return text
    .split(/(\{(?:commit|release)\})/)
    .map((part) => variables[part] ?? quote(part))
    .join('')
}

/** `Bearer ${TOKEN}`: the words between names stand in the script, the variables in the process alone. */
function headerText({ name, value }: HttpCheck['headers'][number]): string {
  const parts = value.split(new RegExp(variableInHeader, 'g'))
  const names = parts.filter((_, index) => index % 2 === 1)
  const checks = names.map(
    (variable) =>
      `[ -n "\${${variable}+x}" ] || give_up 'the variable ${variable}, which the header '${quote(name)}' needs, is not set.'\n`,
  )
  const word = parts.map((part, index) => (index % 2 === 1 ? `"$${part}"` : quote(part))).join('')
  return `${checks.join('')}header ${quote(name)} ${word}\n`
}

/**
 * `get` asks $at, without following anything, and leaves $answer. Headers go to curl over stdin and to bash's own socket, never
 * as words of a command that everybody can read. A certificate is looked at when a name was asked for: of an address there is none.
 */
function askText({ trySeconds, scheme, host, address }: HttpCheck): string {
  const bracketed = address.includes(':') ? '[$address]' : '$address'
  return `if command -v curl >/dev/null; then
  get() {
    words=
    if [ -n "$own" ]; then
      words=$(printf '%s' "$headers" | sed 's/[\\\\"]/\\\\&/g; s/.*/header = "&"/')
      ${host === '' ? 'words="$words${nl}insecure"' : `words="$words\${nl}header = \\"Host: $host\\"\${nl}connect-to = \\"::${bracketed}:$port\\""`}
    fi
    answer=$(printf '%s\\n' "$words" | curl -q -sS -g -i -K - --noproxy '*' --max-time ${trySeconds} "$at" 2>&1 | head -c 65536 | tr -d '\\000\\r')
  }
elif ${scheme === 'http' ? '[ -n "$BASH" ] && [ -n "$limit" ]' : 'false'}; then
  get() {
    case $at in https://*) answer="$at can't be asked without curl."; return ;; esac
    rest=\${at#*://}
    to=\${rest%%[/?]*} what=\${rest#"\${rest%%[/?]*}"}
    case $what in /*) ;; *) what=/$what ;; esac
    where=$to words=
    if [ -n "$own" ]; then
      words=$headers
      [ -z "$host" ] || where=$address:$port to=$host
    fi
    number=\${where##*:} name=\${where%:*}
    case \${where##*]} in *:*) ;; *) number=80 name=$where ;; esac
    name=\${name#"["} name=\${name%"]"}
    answer=$(
      {
        exec 3<>"/dev/tcp/$name/$number" || exit
        printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n%s\\r\\n' "$what" "$to" "\${words//"$nl"/"$cr$nl"}" >&3
        $limit cat <&3
      } 2>&1 | head -c 65536 | tr -d '\\000\\r'
    )
  }
elif command -v wget >/dev/null; then
  [ -z "$headers" ] && [ -z "$host" ] || give_up 'headers and names of hosts need curl on this server (apt install curl).'
  # what -S says of the answer begins with blanks, and the last one counts: wget follows by itself
  get() {
    answer=$($limit wget -S -T ${trySeconds} -O - "$at" 2>&1 | sed 's/^\\( *[Ss][Ee][Tt]-[Cc][Oo][Oo][Kk][Ii][Ee]:\\).*/\\1 …/' | head -c 65536 | tr -d '\\000\\r')
    code=$(printf '%s\\n' "$answer" | sed -n 's,^ *\\(HTTP/[0-9.]* [0-9][0-9][0-9].*\\),\\1,p' | tail -n 1)
    answer="$code$nl$nl$answer"
  }
else
  give_up 'there is neither curl nor wget nor bash on this server to ask with.'
fi
`
}
