import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'

// The CLI would download a native schema engine before it does anything. Ours is the same engine as WASM, from npm.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(new URL('./scripts/schema-engine.mjs', import.meta.url))
process.env.CHECKPOINT_DISABLE ??= '1'

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // No database is needed for generate and diff; commands that need one say so themselves.
  datasource: {
    url: process.env.DATABASE_URL ?? 'postgresql://localhost/none',
    shadowDatabaseUrl: process.env.SHADOW_DATABASE_URL,
  },
})
