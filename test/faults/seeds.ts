// Trials that found something once, flown again by every test run: as they were, as a seed may mean another one by now.
import type { Trial } from './trial.ts'

export const kept: Trial[] = [
  // A worker that took over on a full disk gave up a deployment that was still going on there.
  {
    seed: 33,
    act: 'deploy',
    servers: 1,
    isFirst: false,
    faults: [
      {
        kind: 'inodes used up',
        server: 0,
        at: { share: 0.3994993022643029, afterMs: 75 },
        lastsMs: 757,
        stays: true,
      },
      {
        kind: 'Postgres killed',
        server: 0,
        at: { share: 0.5219800851773471, afterMs: 1 },
        lastsMs: 3_442,
        stays: false,
      },
    ],
    cancelAt: { share: 0, afterMs: 0 },
  },
  // The panel went on believing in a release that a prune had removed when the power went.
  {
    seed: 1031,
    act: 'deploy',
    servers: 3,
    isFirst: false,
    faults: [
      { kind: 'power cut', server: 1, at: { share: 0.8296621756162494, afterMs: 150 }, lastsMs: 692, stays: false },
    ],
    cancelAt: { share: 0, afterMs: 0 },
  },
]
