// Deployments to a server that is only reached through another one.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPlain } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { openRelay } from '../ssh/relay.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
let jump: Host
let relay: Awaited<ReturnType<typeof openRelay>>
beforeAll(async () => {
  ;[place, jump] = await Promise.all([openPlace(), startPlain()])
  relay = await openRelay(jump.address)
  const { user, privateKey, hostKey } = jump.address
  const { host, port } = relay.address
  const server = { name: 'bastion', host, port, user, hostKey, publicKey: '' }
  const { id } = await place.db.prisma.server.create({
    data: { ...server, privateKey: place.secrets.encrypt(privateKey) },
  })
  await place.db.prisma.server.updateMany({ where: { id: { not: id } }, data: { jumpId: id } })
  await place.worker()
})
afterAll(async () => {
  await place.close()
  await relay.close()
  await jump.stop()
})

test('the jump host is cut in the middle of a hook: the server is looked for, and nothing is lost or run twice', async () => {
  const { repository, id, root } = await place.environment({ env: 'A=1\n' })
  repository.write('index.html', 'one')
  repository.write('.fairlead/after.pull', 'for i in $(seq 1 100); do echo "line $i"; sleep .05; done\n')
  repository.commit('first')
  const { id: deployment } = await place.request(id)
  const log = async (): Promise<string> => {
    const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: deployment } })
    const { segments } = plan as { segments: { steps: { n: number; name: string }[] }[] }
    return place.log(deployment, 'main', segments[0]!.steps.find(({ name }) => name === 'after.pull')!.n)
  }
  await place.until(deployment, async ({ segments }) => segments.length > 0 && (await log()).includes('line 5\n'))
  relay.refuseNext(8)
  relay.cut()
  await place.until(deployment, ({ segments }) => segments.some(({ looking }) => looking))
  expect(await place.finished(deployment)).toMatchObject({ status: 'succeeded', failure: null })
  expect(await log()).toBe(Array.from({ length: 100 }, (_, i) => `line ${i + 1}\n`).join(''))
  expect(await place.host.shell(`cat ${root}/current/index.html`)).toBe('one')
})

test('a jump host with another key is not spoken to, and named', async () => {
  const { repository, id } = await place.environment({ env: 'A=1\n' })
  repository.write('index.html', 'one')
  repository.commit('first')
  const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIDyRHgpGjO9F4BHoBLfIDGrKKLVQqcrrX5kYMtBjzHM'
  await place.db.prisma.server.update({ where: { name: 'bastion' }, data: { hostKey: other } })
  const { id: deployment } = await place.request(id)
  expect(await place.finished(deployment)).toMatchObject({
    status: 'failed',
    failure: { code: 'host_key_changed', message: expect.stringContaining('The jump host 127.0.0.1 presents another') },
  })
})
