// The Git host of the bench: git's own HTTP backend behind TLS on loopback, asked by the panel's mirror and by the floor's script.
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certified } from '@/test/git/certificate.ts'
import { serveGit } from '@/test/git/http-backend.ts'

export type GitHost = {
  port: number
  /** PEM file of the certificate; to be trusted as GIT_SSL_CAINFO. */
  certificate: string
  close(): Promise<void>
}

/** Serves every repository below `folder` at `https://127.0.0.1:<port>/<name>`; key and certificate are put there too. */
export async function openGitHost(folder: string): Promise<GitHost> {
  const { key, cert, certificate } = certified(folder)
  const server = createServer({ key, cert, noDelay: true }, (request, response) => serveGit(folder, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    certificate,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
