// Writes the Prisma client. `generate` needs no schema engine, but the CLI looks for one (and would download it) before it
// reads its arguments; naming any executable keeps it offline.
import { spawnSync } from 'node:child_process'

const { status } = spawnSync('npx', ['--no-install', 'prisma', 'generate', '--no-hints'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' },
})
process.exit(status ?? 1)
