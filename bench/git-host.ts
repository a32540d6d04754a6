// The Git host of the bench: git's own HTTP backend behind TLS on loopback, asked by the panel's mirror and by the floor's script.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

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
  const server = createServer(options, (request, response) => serve(folder, request, response))
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

/** One request as CGI. */
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const header = (name: string): string => String(request.headers[name] ?? '')
  const length = header('content-length')
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: header('content-type'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      REMOTE_ADDR: '127.0.0.1',
      ...(length === '' ? {} : { CONTENT_LENGTH: length }),
    } as unknown as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // It may answer before it has read everything.
  backend.stdin.on('error', () => request.resume())
  request.pipe(backend.stdin)
  let head = Buffer.alloc(0)
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    backend.stdout.off('data', onHead)
    let status = 200
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', ...value] = line.split(': ')
      if (name === 'Status') status = Number.parseInt(value.join(': '), 10)
      else response.appendHeader(name, value.join(': '))
    }
    response.writeHead(status)
    response.write(head.subarray(end + 4))
    backend.stdout.pipe(response)
  }
  backend.stdout.on('data', onHead)
  response.on('close', () => backend.kill())
}
