// Rows of servers as people get to see them.
import type { ServerView } from '@/lib/api/shapes.ts'
import type { ServerWithUses } from '@/lib/store/servers.ts'
import { checkView } from './check-report.ts'

export function serverView(server: ServerWithUses): ServerView {
  return {
    id: server.id,
    name: server.name,
    host: server.host,
    port: server.port,
    user: server.user,
    labels: server.labels,
    publicKey: server.publicKey,
    // The public line holds base64 and a slug only, so it needs no more quoting than this.
    authorizeCommand: `mkdir -p -m 700 ~/.ssh && echo '${server.publicKey}' >> ~/.ssh/authorized_keys && chmod 600 ~/.ssh/authorized_keys`,
    fingerprint: server.fingerprint,
    jump: server.jump && { id: server.jump.id, name: server.jump.name },
    check: checkView(server.check, server.checkedAt),
    environments: server.targets.map(({ environment, root }) => ({
      id: environment.id,
      name: environment.name,
      project: environment.project.name,
      root,
    })),
    createdAt: server.createdAt.toISOString(),
  }
}
