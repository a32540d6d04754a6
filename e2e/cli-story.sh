#!/usr/bin/env bash
# A team's daily work from a script, as CI does it: three environments as code, a secret applied live, a plan that is looked at
# and then run, two releases compared, and last week's put back with its variables. Ends with 0 when all of it was seen.
#
# Takes FAIRLEAD_URL, FAIRLEAD_TOKEN (admin), VIEWER_TOKEN, a blueprint of the project “shop” ($1), a command that makes a
# new commit ($2), and the production environment's folder ($3), which READ_SERVER (a command that takes a command) looks at.
set -euo pipefail
blueprint=$1 commit=$2 root=$3
read -r -a fairlead <<<"${FAIRLEAD:-fairlead}"
f() { "${fairlead[@]}" "$@"; }
fail() { printf 'cli-story: %s\n' "$*" >&2; exit 1; }
# has WHAT PATTERN: standard input holds the pattern.
has() { local text; text=$(cat); grep -Eq -- "$2" <<<"$text" || fail "$1: expected $2 in: $text"; }
# ends WITH COMMAND…: the command ends with this number.
ends() { local want=$1 code=0; shift; "$@" >/dev/null 2>&1 || code=$?; [ "$code" = "$want" ] || fail "$* ended with $code, not $want"; }

# The project as code: what would change, the change, and that there is nothing left to do.
ends 1 f diff "$blueprint"
f apply "$blueprint" | has apply '^\+ environments\.production\.branch: "main"$'
ends 0 f diff "$blueprint"
f environments | has environments '^shop/testing '

# A secret comes over standard input, never as an argument, and is never shown again.
printf 'one' | f variables set shop/production DB_PASSWORD
f variables list shop/production | has secret '^DB_PASSWORD +\(secret\)$'
f export shop | has export 'secret: true'

# The first release, then a secret that is applied to it at once.
f deploy shop/production --follow 2>&1 | has deploy 'Release 1 is live'
printf 'two' | f variables set shop/production DB_PASSWORD
f variables apply shop/production --follow 2>&1 | has configure 'succeeded'
"$READ_SERVER" "cat $root/current/.env" | has 'applied live' '^DB_PASSWORD=two$'

# The next one is looked at before it is asked for; exactly that is deployed.
eval "$commit"
plan=$(f plan shop/production)
has plan 'Commits: 1' <<<"$plan"
hash=$(grep -Eo -- '--plan [0-9a-f]{64}' <<<"$plan" | cut -d ' ' -f 2)
f deploy shop/production --plan "$hash" --follow 2>&1 | has 'agreed plan' 'succeeded'
ends 4 f deploy shop/production --plan "$hash" --follow

# What is different, another secret, and the way back: the first release with the variables that it had last.
f release compare shop/production --from 1 | has compare '^Commits: 1 new'
printf 'three' | f variables set shop/production DB_PASSWORD --apply >/dev/null
f rollback shop/production --follow 2>&1 | has rollback 'Release 1 is live'
"$READ_SERVER" "cat $root/current/.env" | has 'variables come back' '^DB_PASSWORD=two$'

# What runs in production goes to testing, by its commit.
f release promote shop/production 3 --to shop/testing --json | has promote '"status":"(queued|running|succeeded)"'

# Somebody who may look looks, and touches nothing.
export FAIRLEAD_TOKEN=$VIEWER_TOKEN
f environments | has viewer '^shop/production '
f releases shop/production | has 'viewer sees releases' '^1 +live '
ends 3 f deploy shop/production
ends 3 f variables list shop/production
ends 3 f apply "$blueprint"
printf 'cli-story: seen\n'
