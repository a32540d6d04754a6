// A Git host as far as a push needs one: repositories over HTTPS that take pushes, and a hook that tells panels of them the way the
// hosts that people use do.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Provider } from '@/lib/spec/push.ts'
import { certified } from '../git/certificate.ts'
import { serveGit } from '../git/http-backend.ts'
import { delivery, type Pushed } from './payloads.ts'

/** Where a repository's pushes are told, as a person typed it into the host's settings. */
export type Hook = { provider: Provider; url: string; secret: string }
export type Told = { provider: Provider; status: number; body: unknown; ms: number }

/** `told` keeps what the panels answered, oldest first. */
export async function openGitHost(folder: string) {
  const hooks = new Map<string, Hook[]>()
  const told: Told[] = []
  const { key, cert, certificate } = certified(folder)
  const server = createServer({ key, cert }, (request, response) => {
    const name = /^\/-\/pushed\/([a-z0-9-]+)$/.exec(request.url ?? '')?.[1]
    if (name === undefined) return serveGit(folder, request, response)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      // As hosts do: whoever pushed doesn't wait for those who are told.
      response.end()
      void tell(name, Buffer.concat(chunks).toString())
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`

  /** Lines `<before> <after> <ref>` of post-receive (githooks(5)). */
  async function tell(name: string, lines: string): Promise<void> {
    for (const line of lines.split('\n').filter(Boolean)) {
      const [before = '', after = '', full = ''] = line.split(' ')
      const ref = full as Pushed['ref']
      for (const { provider, url, secret } of hooks.get(name) ?? []) {
        const id = randomUUID()
        const { headers, body } = delivery(provider, {
          secret,
          repositoryUrl: `${origin}/${name}`,
          ref,
          before,
          after,
          id,
        })
        const began = performance.now()
        const answer = await fetch(url, { method: 'POST', headers, body })
        told.push({ provider, status: answer.status, body: await answer.json(), ms: performance.now() - began })
      }
    }
  }

  return {
    told,
    /** PEM file; to be trusted as GIT_SSL_CAINFO. */
    certificate,
    /** Makes a repository that can be pushed to; its address. */
    repository(name: string, ...its: Hook[]): string {
      const path = join(folder, name)
      execFileSync('git', ['init', '-q', '--bare', '-b', 'main', path])
      execFileSync('git', ['-C', path, 'config', 'http.receivepack', 'true'])
      const script = `#!${process.execPath}
const { request } = require('node:https')
process.stdin.pipe(request('${origin}/-/pushed/${name}', { method: 'POST', rejectUnauthorized: false }))
`
      writeFileSync(join(path, 'hooks/post-receive'), script)
      chmodSync(join(path, 'hooks/post-receive'), 0o755)
      hooks.set(name, its)
      return `${origin}/${name}`
    },
    addHook(name: string, hook: Hook): void {
      hooks.set(name, [...(hooks.get(name) ?? []), hook])
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
