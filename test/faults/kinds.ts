// Every kind of fault: what is done, how it is put right again, and as what a deployment may fail because of it.
import type { FailureCode } from '@/lib/deploy/types.ts'
import type { Host } from '../hosts/hosts.ts'
import type { LabHost } from '../hosts/lab.ts'
import { giveUp } from './give-up.ts'
import type { Panel } from './panel.ts'
import * as host from './host-faults.ts'

/** Where a fault strikes: the panel, the environment of the deployment, one of its servers. */
export type Scene = {
  panel: Panel
  environmentId: string
  deploymentId: string
  /** Of the target. */
  id: string
  host: Host
  root: string
  release: string
  live: string
}
/** Puts right again what a fault did. */
export type Heal = () => Promise<void>

export type Kind = {
  /** `lab`: only machines with a cable and a disk of their own can have it. */
  needs: 'nothing' | 'lab' | 'web'
  /** Codes of failures that it may bring; with none the deployment has to end as if nothing had been. */
  codes: readonly FailureCode[]
  /** How long it lasts, in ms, at least and at most. */
  lasts: readonly [number, number]
  /** Whether it may last until the deployment has ended: it ends by itself, with the fault. */
  mayStay: boolean | 'always'
  /** Records on the server, its processes and what was not synced may be lost. */
  loses: boolean
  strike(scene: Scene): Promise<Heal | void>
}

const of = (needs: Kind['needs'], codes: readonly FailureCode[], strike: Kind['strike'], more: Partial<Kind> = {}) => ({
  needs,
  codes,
  strike,
  lasts: [500, 4_000] as const,
  mayStay: false,
  loses: false,
  ...more,
})
const lab =
  (strike: (one: LabHost, scene: Scene) => Promise<Heal | void>) =>
  (scene: Scene): Promise<Heal | void> =>
    strike(scene.host as LabHost, scene)

async function holder({ panel, environmentId }: Scene) {
  const row = await panel.ctx.db.prisma.deployment
    .findFirst({ where: { environmentId, status: 'running' } })
    .catch(() => null)
  return panel.workerOf(row?.claimedBy ?? null) ?? panel.workers[0]!
}

const hourMs = 3_600_000

/** Of the one that flies: what it wrote before and what others go by is another time. */
async function shiftClock(scene: Scene, shiftMs: number): Promise<Heal> {
  const worker = await holder(scene)
  worker.shiftClock(shiftMs)
  return async () => worker.shiftClock(0)
}

/** Before anything was sent a server that can't be reached ends the deployment; later it is looked for. */
const early = ['unreachable'] as const
const onDisk = ['disk_full', 'command_failed', 'not_writable'] as const

export const kinds = {
  'worker killed': of('nothing', [], async (scene) => {
    const worker = await holder(scene)
    await worker.kill()
    return async () => worker.start()
  }),
  'every worker killed': of('nothing', [], async ({ panel }) => {
    await Promise.all(panel.workers.map((worker) => worker.kill()))
    return async () => panel.workers.forEach((worker) => worker.start())
  }),
  'worker held past its lease': of(
    'nothing',
    [],
    async (scene) => {
      const worker = await holder(scene)
      worker.pause(true)
      return async () => worker.pause(false)
    },
    { lasts: [4_500, 7_000] },
  ),
  'web killed': of('web', [], async ({ panel: { web } }) => {
    await web?.kept.kill()
    web?.kept.start()
  }),
  'Postgres killed': of('nothing', [], ({ panel }) => panel.killPostgres()),
  'connection of Postgres killed': of('nothing', [], ({ panel }) => panel.killConnection().catch(() => {})),
  'line cut': of('lab', early, lab(host.cut)),
  'black hole': of('lab', early, lab(host.hole)),
  '5 % of packets lost': of('lab', early, lab(host.loss), { mayStay: true }),
  '300 ms away': of('lab', early, lab(host.delay), { mayStay: true }),
  'connections reset': of('lab', early, lab(host.reset)),
  'power cut': of('lab', ['server_restarted', 'unreachable'], lab(host.powerCut), { loses: true }),
  'disk full': of('lab', onDisk, lab(host.fillDisk), { mayStay: true }),
  'inodes used up': of('lab', onDisk, lab(host.fillInodes), { mayStay: true }),
  'disk broken, read-only': of(
    'lab',
    ['command_failed', 'not_writable', 'server_restarted', 'unreachable', 'undo_failed'],
    lab(host.breakDisk),
    { loses: true },
  ),
  'key revoked': of('lab', early, lab(host.revokeKey)),
  'sudo withdrawn': of('lab', ['command_failed'], lab(host.withdrawSudo), { mayStay: true }),
  'release removed by hand': of('lab', ['release_missing', 'command_failed', 'undo_failed'], lab(host.removeRelease)),
  'clock jumped': of('lab', [], lab(host.moveClock), { mayStay: true }),
  'server hung': of('lab', early, lab(host.hang)),
  'line gone, server given up': of(
    'lab',
    ['unreachable', 'connection_lost', 'undo_failed'],
    lab(async (one, scene) => {
      const heal = await host.hole(one)
      await giveUp(scene)
      return heal
    }),
    { mayStay: 'always', loses: true },
  ),
  'Postgres slow': of(
    'nothing',
    [],
    async ({ panel: { line } }) => {
      line.slow(true)
      return async () => line.slow(false)
    },
    { lasts: [2_000, 8_000] },
  ),
  'connections to Postgres reset': of('nothing', [], async ({ panel }) => panel.line.reset()),
  'clock of a worker ahead': of('nothing', [], (scene) => shiftClock(scene, hourMs), { mayStay: true }),
  'clock of a worker behind': of('nothing', [], (scene) => shiftClock(scene, -hourMs), { mayStay: true }),
} satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as KindName[]
