// Builds `fairlead` as one file that needs nothing but Node.
import { build } from 'esbuild'
import { join } from 'node:path'

/** Writes it to `file`. */
export async function buildServedCli(file: string): Promise<void> {
  await build({
    absWorkingDir: join(import.meta.dirname, '..'),
    entryPoints: ['lib/cli/served.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    legalComments: 'inline',
    logLevel: 'warning',
    // Packages that are CommonJS ask for Node's own modules by `require`.
    banner: {
      js: `#!/usr/bin/env node\nimport { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`,
    },
  })
}
