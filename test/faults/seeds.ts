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
  // What a server did by itself after it had been given up was somebody else's to the next deployment.
  {
    seed: 45,
    act: 'deploy',
    servers: 1,
    isFirst: true,
    faults: [
      {
        kind: 'line gone, server given up',
        server: 0,
        at: { share: 0.2075415353756398, afterMs: 141.07696360442787 },
        lastsMs: 818,
        stays: true,
      },
    ],
    cancelAt: { share: 0.7295003689359874, afterMs: 142.10979260969907 },
  },
  // A start that came before the undo took the room that was kept for it, where files had run out.
  {
    seed: 20033,
    act: 'deploy',
    servers: 3,
    isFirst: false,
    faults: [
      {
        kind: 'inodes used up',
        server: 1,
        at: { share: 0.732836397131905, afterMs: 94.59353112615645 },
        lastsMs: 503,
        stays: true,
      },
    ],
    cancelAt: { share: 0.23014156869612634, afterMs: 19.436762749683112 },
  },
  // A disk that was broken was called full, and what was refused there had no end.
  {
    seed: 20034,
    act: 'cancel',
    servers: 3,
    isFirst: true,
    faults: [
      {
        kind: 'disk broken, read-only',
        server: 0,
        at: { share: 0.10220009391196072, afterMs: 94.14365136763081 },
        lastsMs: 2474,
        stays: false,
      },
    ],
    cancelAt: { share: 0.524295762181282, afterMs: 80.41860406519845 },
  },
  // A release whose removal a broken disk took back was gone to the panel, for good.
  {
    seed: 20074,
    act: 'deploy',
    servers: 1,
    isFirst: false,
    faults: [
      {
        kind: 'disk broken, read-only',
        server: 0,
        at: { share: 0.9537110379897058, afterMs: 37.36348170787096 },
        lastsMs: 1295,
        stays: false,
      },
    ],
    cancelAt: { share: 0.08210651529952884, afterMs: 34.72082525258884 },
  },
  // A switch that could not place its files gave up the room that their undo needs.
  {
    seed: 30163,
    act: 'deploy',
    servers: 3,
    isFirst: false,
    faults: [
      {
        kind: 'inodes used up',
        server: 1,
        at: { share: 0.5696751272771508, afterMs: 94.10355255240574 },
        lastsMs: 954,
        stays: true,
      },
    ],
    cancelAt: { share: 0.4465469878632575, afterMs: 27.668198640458286 },
  },
  // What a power cut had left of a run, an empty file in place of whose it is, was taken for another panel's.
  {
    seed: 30139,
    act: 'activate',
    servers: 1,
    isFirst: false,
    faults: [
      {
        kind: 'disk broken, read-only',
        server: 0,
        at: { share: 0.7950074842665344, afterMs: 89.4982400117442 },
        lastsMs: 515,
        stays: false,
      },
    ],
    cancelAt: { share: 0.27239869232289493, afterMs: 90.77507955953479 },
  },
]
