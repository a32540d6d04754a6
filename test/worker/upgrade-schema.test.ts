// The schema of a later version comes while today's worker flies: it goes on, is told to stop, and another goes on from there.
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { migrate } from '../../scripts/migrate.ts'
import { Kept } from '../faults/process.ts'
import { workerProgram } from '../faults/worker-program.ts'
import { openFleetPlace } from './fleet-place.ts'
import type { FleetPlace } from './fleet-place.ts'

const root = join(import.meta.dirname, '../..')
let fleet: FleetPlace
let program: string
const processes: Kept[] = []
beforeAll(async () => {
  ;[fleet, program] = await Promise.all([openFleetPlace(3), workerProgram()])
})
afterAll(async () => {
  for (const one of processes) await one.kill()
  await rm(program)
  await fleet.close()
})

/** What later versions do to a schema that an earlier one is still at work on. */
const later: Record<string, string> = {
  '9000_column': 'ALTER TABLE "Deployment" ADD COLUMN "later" TEXT;',
  '9001_column': 'ALTER TABLE "SegmentRun" ADD COLUMN "later" TIMESTAMPTZ(3);',
  '9002_table': 'CREATE TABLE "Later" ("id" TEXT PRIMARY KEY);',
  '9003_index': 'CREATE INDEX "Event_later" ON "Event" ("type", "at");',
}

async function migrateFurther(): Promise<void> {
  const { db, folder } = fleet.place
  const migrations = join(folder, 'migrations')
  await cp(join(root, 'prisma/migrations'), migrations, { recursive: true })
  for (const [name, sql] of Object.entries(later)) {
    await mkdir(join(migrations, name))
    await writeFile(join(migrations, name, 'migration.sql'), sql)
  }
  expect(await migrate(db.url, migrations)).toEqual(Object.keys(later))
}

/** As `npm start` runs it. */
async function startProcess(): Promise<Kept> {
  const { folder, key, db } = fleet.place
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  await writeFile(join(data, 'secret.key'), `${key.toString('hex')}\n`, { mode: 0o600 })
  const given = { DATABASE_URL: db.url, FAIRLEAD_DATA: data, FAIRLEAD_LOCAL_REPOSITORIES: `${folder}/` }
  const worker = new Kept('worker', [program], { ...process.env, ...given, FAIRLEAD_LOG_LEVEL: 'warn' })
  processes.push(worker)
  worker.start()
  return worker
}

/** The hook that all servers are in waits for `go` there. */
const counting = (name: string): string =>
  `echo ${name} >>"$FAIRLEAD_ROOT/storage/count"; until [ -e "$FAIRLEAD_ROOT/storage/${name}" ]; do sleep .1; done; echo went on\n`

/** All servers are in that step of that stage. */
const areIn =
  (stage: string, step: number) =>
  ({ segments }: DeploymentState): boolean => {
    const running = segments.filter(({ name, steps }) => name.startsWith(stage) && steps.at(-1)?.n === step)
    return running.length === 3 && running.every(({ steps }) => steps.at(-1)?.outcome === 'running')
  }

test('a worker flies on under the schema of a later version, stops when it is told to, and nothing is lost or twice', async () => {
  const { place } = fleet
  const environment = await fleet.environment()
  const { repository } = environment
  repository.write('index.html', 'one')
  for (const name of ['before.deploy', 'after.deploy']) repository.write(`.fairlead/${name}`, counting(name))
  repository.commit('first')
  const first = await startProcess()
  const { id } = await place.request(environment.id)
  const stepOf = async (stage: string, event: string): Promise<number> => {
    const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id } })
    const { segments } = plan as { segments: { name: string; steps: { n: number; name: string }[] }[] }
    return segments.find(({ name }) => name === `${stage}-1`)!.steps.find(({ name }) => name === event)!.n
  }
  await place.until(id, ({ planHash }) => planHash !== null)
  const [before, after] = [await stepOf('ship', 'before.deploy'), await stepOf('switch', 'after.deploy')]
  await place.until(id, areIn('ship', before))

  await migrateFurther()
  await fleet.everywhere(environment, 'touch storage/before.deploy')
  await place.until(id, areIn('switch', after))
  await first.stop()
  expect(first.lines.filter((line) => line.startsWith('['))).toEqual([expect.stringContaining('ended: 0')])

  const second = await place.worker()
  await place.until(id, ({ attempt }) => attempt === 2)
  await fleet.everywhere(environment, 'touch storage/after.deploy')
  expect(await place.finished(id)).toMatchObject({ status: 'succeeded', failure: null, attempt: 2 })
  expect(await fleet.everywhere(environment, 'cat storage/count current/index.html')).toEqual(
    Array(3).fill('before.deploy\nafter.deploy\none'),
  )
  for (const number of [1, 2, 3]) {
    expect(await place.log(id, `ship-${number}`, before)).toBe('went on\n')
    expect(await place.log(id, `switch-${number}`, after)).toBe('went on\n')
  }
  await second.stop()
})
