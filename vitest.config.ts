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

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') } },
  test: {
    environment: 'node',
    globalSetup: ['test/setup.ts'],
    include: ['test/**/*.test.ts'],
    // Real servers, shells and databases are started: separate processes, few at a time, and patience.
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
})
