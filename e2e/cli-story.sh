#!/usr/bin/env bash
# A team's daily work from a script, as CI does it: three environments as code, a secret applied live, a plan that is looked at
# and then run, two releases compared, and last week's put back with its variables. Ends with 0 when all of it was seen.
#
# Takes FAIRLEAD_URL, FAIRLEAD_TOKEN (admin), VIEWER_TOKEN, a blueprint of the project “shop” ($1), a command that makes a
# new commit ($2), and the production environment's folder ($3), which READ_SERVER (a command that takes a command) looks at.
set -euo pipefail
blueprint=$1 commit=$2 root=$3
copy=$(mktemp)
trap 'rm -f "$copy"' EXIT
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

# What is exported is what there is; edited and applied, it is what there will be.
f export shop >"$copy"
ends 0 f diff "$copy"
sed -i 's/^\( *keep:\) 10$/\1 7/' "$copy"
ends 1 f diff "$copy"
f apply "$copy" | has 'edited' 'environments\.staging\.keep: 10 → 7'
ends 0 f diff "$copy"

# The first release, then a secret that is applied to it at once.
f deploy shop/production --follow 2>&1 | has deploy 'Release 1 is live'
printf 'two' | f variables set shop/production DB_PASSWORD
f variables apply shop/production --follow 2>&1 | has configure 'succeeded'
"$READ_SERVER" "cat $root/current/.env" | has 'applied live' '^DB_PASSWORD=two$'

# The next one is looked at before it is asked for; exactly that is deployed, and its log followed.
eval "$commit"
f hook save shop/production after.pull --text 'echo "built as $FAIRLEAD_RELEASE"' >/dev/null
plan=$(f plan shop/production)
has plan 'Commits: 1' <<<"$plan"
has 'plan of the hook' 'echo "built as \$FAIRLEAD_RELEASE"' <<<"$plan"
hash=$(grep -Eo -- '--plan [0-9a-f]{64}' <<<"$plan" | cut -d ' ' -f 2)
f deploy shop/production --plan "$hash" | has 'agreed plan' 'Deployment 3 is (queued|running)'
f logs shop/production --follow | has log '^built as deployment_3\.'
f deployments shop/production | has deployments '^3 +succeeded '
ends 4 f deploy shop/production --plan "$hash" --follow

# What is different, another secret, and the way back: the first release with the variables that it had last.
f release compare shop/production --from 1 | has compare '^Commits: 1 new'
printf 'three' | f variables set shop/production DB_PASSWORD --apply >/dev/null
f rollback shop/production --follow 2>&1 | has rollback 'Release 1 is live'
"$READ_SERVER" "cat $root/current/.env" | has 'variables come back' '^DB_PASSWORD=two$'

# Any other release by its number, with what it had; and back, although somebody holds the environment, which admins may.
f activate shop/production 3 --follow 2>&1 | has activate 'Release 3 is live'
"$READ_SERVER" "cat $root/current/.env" | has 'its own variables' '^DB_PASSWORD=three$'
f environment hold shop/production --reason 'Stocktaking' >/dev/null
ends 4 f deploy shop/production
ends 4 f rollback shop/production
f rollback shop/production --force --follow 2>&1 | has 'forced' 'Release 1 is live'
f environment lift shop/production >/dev/null

# What runs in production goes to testing, by its commit.
f release promote shop/production 3 --to shop/testing --json | has promote '"status":"(queued|running|succeeded)"'

# Somebody who may look looks, and touches nothing.
export FAIRLEAD_TOKEN=$VIEWER_TOKEN
f environments | has viewer '^shop/production '
f releases shop/production | has 'viewer sees releases' '^1 +live '
ends 3 f deploy shop/production
ends 3 f variables list shop/production
ends 3 f apply "$blueprint"
ends 3 f activate shop/production 3
ends 3 f variables apply shop/production
ends 3 f environment update shop/production --branch other
FAIRLEAD_TOKEN=fl_nobody ends 3 f environments
printf 'cli-story: seen\n'
