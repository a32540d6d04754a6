// What others have made for the same, put into a folder of its own: nothing of it is installed on this machine. What the package
// registries here don't have is named and left out.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type Tools = {
  /** `node`, `cap`… are found through it; rubies find their libraries by the rest. */
  env: NodeJS.ProcessEnv
  /** Unpacked Debian packages, as below `/`. */
  root: string
  npm: string
  /** Name → version, or why it isn't here. */
  found: Record<string, string>
  missing: Record<string, string>
}

const npmPackages = { 'shipit-cli': '5.3.0', 'shipit-deploy': '5.3.0', pm2: '7.0.4' }
const debian = ['capistrano', 'rsync']
const run = promisify(execFile)

/** Does nothing for what an earlier run has put into `folder`. */
export async function installRivals(folder: string): Promise<Tools> {
  await mkdir(folder, { recursive: true })
  const places = { root: join(folder, 'debian'), npm: join(folder, 'npm') }
  const tools: Tools = { ...places, env: surroundings(folder, places), found: {}, missing: {} }
  await attempt(tools, 'capistrano', () => debianPackages(folder, tools))
  await attempt(tools, 'shipit and pm2', () => npmInstall(tools))
  await attempt(tools, 'mina', () => gem(tools, 'mina'))
  return tools
}

async function attempt(tools: Tools, name: string, install: () => Promise<Record<string, string>>): Promise<void> {
  try {
    Object.assign(tools.found, await install())
  } catch (error) {
    const said = (error as { stderr?: string }).stderr || String(error)
    tools.missing[name] = said.trim().split('\n').at(-1)!.trim().slice(0, 120)
  }
}

/** apt only downloads, with whatever they need and this machine hasn't got; they are unpacked, not installed. */
async function debianPackages(folder: string, { root, env }: Tools): Promise<Record<string, string>> {
  const archives = join(folder, 'archives')
  if (!existsSync(join(root, 'usr/bin/cap'))) {
    await mkdir(join(archives, 'partial'), { recursive: true })
    const options = [
      '-o',
      `Dir::Cache::archives=${archives}`,
      '-o',
      'Debug::NoLocking=1',
      '--download-only',
      '--reinstall',
    ]
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...options, ...debian])
    await mkdir(root, { recursive: true })
    for (const name of await readdir(archives))
      if (name.endsWith('.deb')) await run('dpkg', ['-x', join(archives, name), root])
  }
  const { stdout } = await run('ruby', [join(root, 'usr/bin/cap'), '--version'], { env })
  return { capistrano: /Version: (\S+)/.exec(stdout)?.[1] ?? '' }
}

async function npmInstall({ npm }: Tools): Promise<Record<string, string>> {
  const wanted = Object.entries(npmPackages).map(([name, version]) => `${name}@${version}`)
  if (!existsSync(join(npm, 'node_modules/.bin/pm2')))
    await run('npm', ['install', '--prefix', npm, '--no-audit', '--no-fund', ...wanted])
  return { shipit: npmPackages['shipit-deploy'], pm2: npmPackages.pm2 }
}

async function gem({ root, env }: Tools, name: string): Promise<Record<string, string>> {
  await run('ruby', [join(root, 'usr/bin/gem3.1'), 'install', '--no-document', name], { env })
  return { [name]: 'installed' }
}

function surroundings(folder: string, { root, npm }: { root: string; npm: string }): NodeJS.ProcessEnv {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu')
  const ruby = ['usr/lib/ruby/vendor_ruby', 'usr/lib/ruby/3.1.0'].map((path) => join(root, path))
  const native = ['ruby/3.1.0', 'ruby/vendor_ruby/3.1.0'].map((path) => join(libraries, path))
  return {
    ...process.env,
    PATH: [join(folder, 'bin'), join(npm, 'node_modules/.bin'), join(root, 'usr/bin'), process.env.PATH].join(':'),
    LD_LIBRARY_PATH: libraries,
    RUBYLIB: [...ruby, ...native].join(':'),
    GEM_HOME: join(folder, 'gems'),
    GEM_PATH: [
      join(folder, 'gems'),
      join(root, 'usr/share/rubygems-integration/all'),
      join(libraries, 'rubygems-integration/3.1.0'),
    ].join(':'),
    PM2_HOME: join(folder, 'pm2'),
  }
}

/** Some of them call `ssh` and can't be told a configuration. */
export async function giveSsh(folder: string, sshConfig: string): Promise<void> {
  const path = join(folder, 'bin/ssh')
  await mkdir(join(folder, 'bin'), { recursive: true })
  await writeFile(path, `#!/bin/sh\nunset LD_LIBRARY_PATH\nexec /usr/bin/ssh -F ${sshConfig} "$@"\n`)
  await chmod(path, 0o755)
}
