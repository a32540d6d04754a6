// Ready-made steps before after.pull: what is shared with other releases, package caches, and the package managers themselves.
import { quote } from '../deploy/quote.ts'
import type { Finding } from '../deploy/types.ts'
import type { Options, Shared } from './options.ts'
import type { PresetStep } from './presets.ts'

/** Files at the top of what is deployed that decide whether a package manager runs. */
export const packageFiles = [
  'artisan',
  'composer.json',
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
] as const
export type PackageFile = (typeof packageFiles)[number]

/** The manager whose lock file is there decides; npm when several are. */
const nodeManagers = [
  { lock: 'package-lock.json', manager: 'npm' },
  { lock: 'npm-shrinkwrap.json', manager: 'npm' },
  { lock: 'pnpm-lock.yaml', manager: 'pnpm' },
  { lock: 'yarn.lock', manager: 'yarn' },
] as const

/** Whether anything of `packageFiles` matters to these options. */
export function looksForPackages({ composer, nodePackages, migrations }: Options): boolean {
  return [composer, nodePackages, migrations].includes('detected')
}

/** In the order they run: shared paths, caches, Composer, migrations (as Amezmo does: seeds §1.2), packages of Node. */
export function preparingSteps(options: Options, there: ReadonlySet<PackageFile>): PresetStep[] {
  const node = there.has('package.json') ? nodeManagers.find(({ lock }) => there.has(lock)) : undefined
  const steps: (PresetStep | null)[] = [
    options.shared.length > 0 ? ours('shared paths', sharedText(options.shared), 300_000) : null,
    cacheStep('node_modules', options.caches.node_modules),
    cacheStep('vendor', options.caches.vendor),
    options.composer === 'detected' && there.has('composer.json')
      ? ours('composer install', composerText, 1_800_000)
      : null,
    options.migrations === 'detected' && there.has('artisan')
      ? { ...ours('artisan migrate', migrateText, 1_800_000), replay: 'once' }
      : null,
    options.nodePackages === 'detected' && node
      ? ours(`${node.manager} install`, nodeText(node, options.caches.node_modules), 1_800_000)
      : null,
  ]
  return steps.filter((step) => step !== null)
}

/** What a person should know about these options before they are used. */
export function optionFindings(options: Options): Finding[] {
  const linked = (['vendor', 'node_modules'] as const).filter((name) => options.caches[name] === 'link')
  return linked.map((name) => ({
    level: 'warning',
    code: 'cache_linked',
    message: `${name} is one directory for all releases: the live release changes while the next one is made, and going back doesn’t bring older packages back.`,
    hint: 'Choose “copy from the live release” in the settings.',
  }))
}

function ours(name: string, text: string, timeoutMs: number): PresetStep {
  return { name, text, user: null, timeoutMs, failure: 'stops', replay: 'idempotent' }
}

/**
 * A path with a link on its way could lead out of the release, and is refused. What the commit has there and the shared place
 * lacks is copied to it, so that an empty one begins as the application expects.
 */
function sharedText(list: Shared[]): string {
  return `set -e
inside() {
  way=. rest=$1
  while :; do
    case $rest in */*) ;; *) return 0 ;; esac
    way=$way/\${rest%%/*} rest=\${rest#*/}
    if [ -L "$way" ] || { [ -e "$way" ] && [ ! -d "$way" ]; }; then
      echo "$way is not a directory of this release: $1 can't be shared." >&2
      return 1
    fi
    [ -d "$way" ] || mkdir "$way"
  done
}
missing='for one; do [ -e "$0/$one" ] || [ -L "$0/$one" ] || cp -a "$one" "$0/$one"; done'
folders='for one; do [ -d "$0/$one" ] || mkdir -m 2775 "$0/$one"; done'
share() {
  inside "$2"
  place=$FAIRLEAD_ROOT/$3
  mkdir -p "\${place%/*}"
  if [ "$1" = folder ]; then
    [ -d "$place" ] || mkdir -m 2775 "$place"
    if [ -d "$2" ] && [ ! -L "$2" ]; then
      (cd "$2" && find . -type d -exec sh -c "$folders" "$place" {} + && find . ! -type d -exec sh -c "$missing" "$place" {} +)
    fi
  else
    if [ -d "$place" ]; then echo "$place is a directory, not a file." >&2; return 1; fi
    if [ ! -e "$place" ] && [ -f "$2" ]; then cp -a "$2" "$place"; fi
    [ -e "$place" ] || : >"$place"
  fi
  rm -rf "$2"
  ln -s "$place" "$2"
  echo "$2 -> $place"
}
${list.map(({ kind, path, source }) => `share ${kind} ${quote(path)} ${quote(source)}\n`).join('')}`
}

function cacheStep(name: 'node_modules' | 'vendor', how: 'off' | 'seed' | 'link'): PresetStep | null {
  if (how === 'off') return null
  const begin = `if [ -e ${name} ] || [ -L ${name} ]; then echo 'The commit has ${name} itself.'; exit 0; fi\n`
  if (how === 'link') {
    const link = `mkdir -p "$FAIRLEAD_ROOT/${name}" && ln -s "$FAIRLEAD_ROOT/${name}" ${name}\n`
    return ours(`link ${name}`, begin + link, 60_000)
  }
  // What is copied in part is worse than nothing: the package manager then starts afresh.
  const seed = `from=$FAIRLEAD_ROOT/release/$FAIRLEAD_PREVIOUS_RELEASE/${name}
if [ -z "$FAIRLEAD_PREVIOUS_RELEASE" ] || [ ! -d "$from" ]; then echo 'The live release has no ${name}.'; exit 0; fi
how=; case $(cp --version 2>/dev/null) in *GNU*) how=--reflink=auto ;; esac
if cp -a $how "$from/." ${name}; then exit 0; fi
rm -rf ${name}
exit 1
`
  return { ...ours(`copy ${name}`, begin + seed, 900_000), failure: 'ignored' }
}

/** As Amezmo runs it: install, then the optimised autoloader without development packages (seeds §1.2). */
const composerText = `set -e
composer install --no-ansi --no-interaction
composer --no-dev --no-ansi --no-interaction --optimize dump-autoload
`
const migrateText = 'php artisan migrate --no-interaction --no-ansi --force\n'

/**
 * `npm ci` empties node_modules first: a copy is only worth keeping when the lock is the live release's, and in a directory
 * that other releases run from it must not be used at all.
 */
function nodeText({ manager, lock }: (typeof nodeManagers)[number], cache: 'off' | 'seed' | 'link'): string {
  if (manager === 'pnpm') return 'pnpm install --frozen-lockfile\n'
  if (manager === 'yarn')
    return 'case $(yarn --version) in 1.*) yarn install --frozen-lockfile --non-interactive ;; *) yarn install --immutable ;; esac\n'
  if (cache === 'link') return 'npm install --no-save --no-audit --no-fund\n'
  if (cache === 'off') return 'npm ci --no-audit --no-fund\n'
  return `if [ -d node_modules ] && cmp -s ${lock} "$FAIRLEAD_ROOT/release/$FAIRLEAD_PREVIOUS_RELEASE/${lock}"; then
  echo '${lock} is that of the live release: its packages are kept.'
else
  npm ci --no-audit --no-fund
fi
`
}
