import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest, longest first: started last, each would be waited for alone. */
const long = ['test/faults/', 'test/ssh/engine-', 'test/ssh/switch', 'test/cli/story', 'test/worker/', 'test/cli/']

const rank = ({ moduleId }: TestSpecification): number => {
  const at = long.findIndex((part) => moduleId.includes(part))
  return at === -1 ? long.length : at
}

/** A clean checkout knows no durations of earlier runs, which the usual order goes by. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

/** Files that leave nothing behind but their database: they share processes, which spares them loading everything anew each. */
const together = ['components', 'deploy', 'panel', 'plan', 'redact', 'spec', 'store', 'web'].map(
  (at) => `test/${at}/*.test.ts`,
)

const common = {
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') } },
  test: {
    environment: 'node',
    // Real servers, shells and databases are started: separate processes, few at a time, and patience.
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
} as const

export default defineConfig({
  test: {
    globalSetup: ['test/setup.ts'],
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { ...common, test: { ...common.test, name: 'apart', include: ['test/**/*.test.ts'], exclude: together } },
      { ...common, test: { ...common.test, name: 'together', include: together, isolate: false } },
    ],
  },
})
