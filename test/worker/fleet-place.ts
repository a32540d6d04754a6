// Several OpenSSH servers of one environment, on a place with a worker.
import { startHost } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { openPlace } from './place.ts'

export type FleetPlace = Awaited<ReturnType<typeof openFleetPlace>>
type Wanted = Parameters<Awaited<ReturnType<typeof openPlace>>['environment']>[0]

/** `count` servers, `web-1` the one of the place. Close it. */
export async function openFleetPlace(count: number) {
  const [place, ...others] = await Promise.all([openPlace(), ...Array.from({ length: count - 1 }, () => startHost())])
  const hosts: Host[] = [place.host, ...others]
  for (const [at, host] of others.entries())
    await place.db.prisma.server.create({
      data: {
        name: `web-${at + 2}`,
        host: host.address.host,
        port: host.address.port,
        user: host.address.user,
        privateKey: place.secrets.encrypt(host.address.privateKey),
        publicKey: 'ssh-ed25519 x',
        hostKey: host.address.hostKey,
        fingerprint: 'SHA256:x',
      },
    })

  return {
    place,
    hosts,
    /** An environment on all of them; `roots` and `targetIds` in the order of the hosts. */
    async environment(wanted: Wanted = {}) {
      const made = await place.environment(wanted)
      const roots = [made.root]
      for (const [at, host] of others.entries()) {
        const { id: serverId } = await place.db.prisma.server.findUniqueOrThrow({ where: { name: `web-${at + 2}` } })
        const root = await host.root()
        roots.push(root)
        await place.db.prisma.target.create({ data: { environmentId: made.id, serverId, root } })
      }
      const targets = await place.db.prisma.target.findMany({
        where: { environmentId: made.id },
        include: { server: true },
        orderBy: { createdAt: 'asc' },
      })
      return { ...made, roots, targetIds: targets.map(({ id }) => id) }
    },
    /** What each host says to a command in the root of the environment. */
    async everywhere({ roots }: { roots: string[] }, command: string): Promise<string[]> {
      return Promise.all(hosts.map((host, at) => host.shell(`cd ${roots[at]} && ${command}`)))
    },
    async close(): Promise<void> {
      await place.close()
      for (const host of others) await host.stop()
    },
  }
}
