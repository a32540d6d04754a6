// Builds everything that `npm start` runs: the Prisma client, the web application, and one file each for the other programs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { buildServedCli } from './build-served-cli.ts'
import { servedCli } from '@/lib/web/served-cli.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const stamp = join(dist, 'sources.sha256')

/** Program in dist → its source. Absent sources are an error of esbuild's, with their name. */
const programs = {
  start: 'scripts/start.ts',
  announce: 'scripts/start-announce.ts',
  leash: 'scripts/start-leash.ts',
  front: 'scripts/start-front.ts',
  worker: 'lib/worker/main.ts',
  cli: 'lib/cli/main.ts',
}

/** A hash over everything that a build reads from this folder (not over node_modules, but over its lock). */
function sourcesHash(): string {
  const files = ['package-lock.json', 'tsconfig.json', 'next.config.ts', 'postcss.config.mjs', 'proxy.ts']
  for (const folder of ['app', 'components', 'lib', 'scripts', 'prisma']) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      const path = relative(root, join(entry.parentPath, entry.name))
      if (entry.isFile() && !path.startsWith('lib/store/generated/')) files.push(path)
    }
  }
  const hash = createHash('sha256')
  for (const file of files.sort()) {
    const content = existsSync(join(root, file)) ? readFileSync(join(root, file)) : Buffer.alloc(0)
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** Whether the last build was made of the sources that are here now. */
export function isBuilt(): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash()
}

function step(isQuiet: boolean, command: string, args: string[]): void {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
  const output = isQuiet ? 'pipe' : 'inherit'
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', output, output], env, maxBuffer: 2 ** 26 })
  if (done.status === 0) return
  const said = isQuiet ? `:\n${done.stdout.toString()}${done.stderr.toString()}` : ''
  throw new Error(`${command} ${args.join(' ')} failed${said}`)
}

/** @param options.isQuiet shows what the steps print only when one fails */
export async function buildPanel({ isQuiet = false } = {}): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  step(isQuiet, process.execPath, ['scripts/generate.mjs'])
  await build({
    absWorkingDir: root,
    entryPoints: Object.entries(programs).map(([out, file]) => ({ in: file, out })),
    outdir: dist,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    // What only `fairlead admin` needs (Prisma) is loaded only by it.
    splitting: true,
    sourcemap: true,
    logLevel: 'warning',
    banner: { js: '#!/usr/bin/env node' },
  })
  chmodSync(join(dist, 'cli.mjs'), 0o755)
  await buildServedCli(join(dist, servedCli))
  const before = sourcesHash()
  step(isQuiet, 'npx', ['--no-install', 'next', 'build'])
  writeFileSync(stamp, before)
}
