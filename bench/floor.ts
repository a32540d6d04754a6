// What we are compared with: the shortest script that does the same. Fetch into a mirror on the server, git archive | tar, keep
// five, rename; sent over one OpenSSH connection with the curve25519 key exchange.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServerAddress } from '@/lib/deploy/types.ts'

export type Floor = {
  /** Milliseconds of one deployment of `main`. */
  deploy(root: string, repositoryUrl: string): Promise<number>
  /** Milliseconds of switching to the release before. */
  activate(root: string): Promise<number>
  close(): Promise<void>
}

const deployScript = (root: string, url: string): string => `set -e
export GIT_SSL_CAINFO=~/git-host.pem
mkdir -p ${root}/release && cd ${root}
if [ -d mirror.git ]; then git --git-dir mirror.git fetch --quiet --prune origin; else git clone --quiet --mirror ${url} mirror.git; fi
release=release/$(date +%s%N)
mkdir "$release"
git --git-dir mirror.git archive main | tar -x -C "$release"
ln -s "$PWD/$release" current.new && mv -T current.new current
ls -1d release/* | head -n -5 | xargs -r rm -rf
`
const activateScript = (root: string): string => `set -e
cd ${root}
before=$(ls -1d release/* | tail -n 2 | head -n 1)
test -d "$before"
ln -s "$PWD/$before" current.new && mv -T current.new current
`

/** `warm`: one connection is kept (ControlMaster); otherwise each script makes its own. */
export async function openFloor(address: ServerAddress, port: number, warm: boolean): Promise<Floor> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-floor-'))
  await writeFile(join(folder, 'key'), address.privateKey, { mode: 0o600 })
  const settings = {
    IdentitiesOnly: 'yes',
    LogLevel: 'ERROR',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    // OpenSSH's own default costs a quarter of a second of CPU on each side: it would flatter us.
    KexAlgorithms: 'curve25519-sha256',
    ControlPath: warm ? join(folder, 'control') : 'none',
  }
  const given = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const options = ['-F', 'none', '-i', join(folder, 'key'), '-p', String(port), ...given]
  const login = `${address.user}@127.0.0.1`
  if (warm)
    await promisify(execFile)('ssh', [...options, '-o', 'ControlMaster=yes', '-o', 'ControlPersist=yes', '-fN', login])
  const run = async (script: string): Promise<number> => {
    const begun = performance.now()
    const child = spawn('ssh', [...options, login, 'sh -s'], { stdio: ['pipe', 'ignore', 'inherit'] })
    child.stdin.end(script)
    const code = await new Promise((resolve) => child.once('exit', resolve))
    if (code !== 0) throw new Error(`the floor's script ended with ${String(code)}`)
    return performance.now() - begun
  }
  return {
    deploy: (root, url) => run(deployScript(root, url)),
    activate: (root) => run(activateScript(root)),
    async close() {
      if (warm) await promisify(execFile)('ssh', [...options, '-O', 'exit', login]).catch(() => {})
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The script on several servers at the same time; the milliseconds until the last of them is done. Each server has the same `root`. */
export async function openFloors(servers: { address: ServerAddress; port: number }[], warm: boolean): Promise<Floor> {
  const floors = await Promise.all(servers.map(({ address, port }) => openFloor(address, port, warm)))
  const slowest = async (all: Promise<number>[]): Promise<number> => Math.max(...(await Promise.all(all)))
  return {
    deploy: (root, url) => slowest(floors.map((floor) => floor.deploy(root, url))),
    activate: (root) => slowest(floors.map((floor) => floor.activate(root))),
    close: async () => void (await Promise.all(floors.map((floor) => floor.close()))),
  }
}
