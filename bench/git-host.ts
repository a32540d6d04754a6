// The Git host of the bench: git's own HTTP backend behind TLS on loopback, asked by the panel's mirror and by the floor's script.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { serveGit } from '@/test/git/http-backend.ts'

export type GitHost = {
  port: number
  /** PEM file of the certificate; to be trusted as GIT_SSL_CAINFO. */
  certificate: string
  close(): Promise<void>
}

/** Serves every repository below `folder` at `https://127.0.0.1:<port>/<name>`; key and certificate are put there too. */
export async function openGitHost(folder: string): Promise<GitHost> {
  const key = join(folder, 'host.key')
  const certificate = join(folder, 'host.pem')
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  })
  const options = { key: readFileSync(key), cert: readFileSync(certificate), noDelay: true }
  const server = createServer(options, (request, response) => serveGit(folder, request, response))
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
