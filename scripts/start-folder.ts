// The folder that holds everything a panel keeps outside its database, and what must be right before anything starts.
import { chmod, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { PanelError } from '../lib/errors.ts'

/** @throws PanelError unavailable on anything but Linux on x64 or arm64 with a Node that is new enough. */
export function checkPlatform(platform: string, arch: string, node: string): void {
  const [major = 0, minor = 0] = node.replace(/^v/, '').split('.').map(Number)
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch))
    throw new PanelError(
      'unavailable',
      `Fairlead runs on Linux (x64 or arm64), not on ${platform} ${arch}. Start it on a Linux machine, virtual machine or container.`,
    )
  if (major < 20 || (major === 20 && minor < 19))
    throw new PanelError('unavailable', `Fairlead needs Node.js 20.19 or newer; this is ${node}.`)
}

/** A secret that somebody chose: long, and not one character over and over. Made ones aren't asked. */
export function checkGivenSecret(name: string, value: string | undefined): void {
  if (value === undefined || value === '') return
  const varied = new Set(value).size >= 10
  if (value.length < 32 || !varied || /change.?me|secret|password|example/i.test(value))
    throw new PanelError(
      'invalid',
      `${name} is too weak. Leave it out (one is made), or give one from: openssl rand -base64 32`,
    )
}

/** Makes the folder, or closes it to everybody else. @throws PanelError unavailable when it belongs to somebody else. */
export async function openFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { mode, uid } = await stat(folder)
    if (uid !== process.getuid?.())
      throw new PanelError(
        'unavailable',
        `${folder} belongs to another user (uid ${uid}). Start Fairlead as that user, or set FAIRLEAD_DATA to another folder.`,
      )
    if ((mode & 0o077) !== 0) await chmod(folder, 0o700)
  } catch (cause) {
    if (cause instanceof PanelError) throw cause
    throw new PanelError(
      'unavailable',
      `${folder} can't be used: ${(cause as Error).message}. Set FAIRLEAD_DATA to a folder of your own.`,
      {},
      { cause },
    )
  }
}

/** `pid starttime` of a live process, or null. The start time tells it from a later process with the same pid. */
async function identity(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // The program's name stands in brackets and may hold spaces; the start time is the 20th field after it.
  return text === null ? null : `${pid} ${text.slice(text.lastIndexOf(')') + 2).split(' ')[19]}`
}

/**
 * One panel a folder: takes `<folder>/<name>.pid`, over from a process that is gone, and returns how to give it back.
 * @throws PanelError conflict when a live process holds it.
 */
export async function holdFolder(folder: string, name: string): Promise<() => Promise<void>> {
  const path = join(folder, `${name}.pid`)
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile((await identity(process.pid)) ?? '')
      await file.close()
      return () => rm(path, { force: true })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    }
    const held = await readFile(path, 'utf8').catch(() => '')
    const pid = Number.parseInt(held, 10)
    if (pid > 0 && (await identity(pid)) === held)
      throw new PanelError(
        'conflict',
        `Fairlead already runs with the data in ${folder} (process ${pid}). Stop that one first, or set FAIRLEAD_DATA to another folder.`,
      )
    await rm(path, { force: true })
  }
}

/** @throws PanelError unavailable when somebody else listens there, or we may not; `remedy` says what to do. */
export function checkPort(port: number, host: string, remedy = anotherPort(port)): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} is taken by another program. ${remedy}`
          : cause.code === 'EACCES'
            ? `Port ${port} is not open to a normal user. ${remedy}`
            : `Nothing can listen on ${host}:${port} (${cause.code ?? cause.message}). Set HOST to an address of this machine, or leave it out.`
      reject(new PanelError('unavailable', why, {}, { cause }))
    })
    server.listen(port, host, () => server.close(() => resolve()))
  })
}

const anotherPort = (port: number): string => `Choose another: PORT=${port < 65_000 ? port + 1 : port - 1} npm start`
