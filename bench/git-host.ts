// The Git host of the bench: git's own daemon on loopback, asked by the panel's mirror and by the floor's script alike.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type GitHost = { port: number; close(): Promise<void> }

/** Serves every repository below `folder` at `git://127.0.0.1:<port>/<name>`. */
export async function openGitHost(folder: string): Promise<GitHost> {
  const port = await freePort()
  const options = ['--listen=127.0.0.1', `--port=${port}`, '--export-all', `--base-path=${folder}`, '--reuseaddr']
  const child = spawn('git', ['daemon', ...options, folder], { stdio: 'ignore', detached: true })
  const until = Date.now() + 10_000
  while (!(await answers(port))) {
    if (Date.now() > until) throw new Error('git daemon does not answer')
    await delay(20)
  }
  return {
    port,
    async close() {
      const gone = once(child, 'exit')
      // It has children of its own.
      process.kill(-child.pid!, 'SIGTERM')
      await gone
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      resolve(true)
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
  })
}
