// The worker's program as processes of tests run it.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const projectRoot = join(import.meta.dirname, '../..')

/** The worker as `npm run build` makes it, in one file. It lies where node_modules is found; remove it. */
export async function workerProgram(): Promise<string> {
  const cache = join(projectRoot, 'node_modules/.cache/fairlead')
  await mkdir(cache, { recursive: true })
  const outfile = join(cache, `worker-${process.pid}.mjs`)
  await build({
    absWorkingDir: projectRoot,
    entryPoints: ['lib/worker/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
  return outfile
}
