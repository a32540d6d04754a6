// How Capistrano, shipit and pm2 are told to deploy the bench's repository to the bench's hosts: each in its usual way, with as many
// releases kept as everybody else here keeps.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sshTo, type Fleet } from './fleet-hosts.ts'
import { giveSsh, type Tools } from './rivals-install.ts'

export type Rival = {
  name: string
  /** Where its releases are on each server. */
  root: string
  /** Path of what is served, from its root. */
  served: string
  /** Milliseconds of one deployment of `main` to all servers. */
  deploy(): Promise<number>
}
export type Rivals = { all: Rival[]; close(): Promise<void> }

type Site = { name: string; servers: string[]; url: string; root: string }
type Way = {
  files: (site: Site, ground: { sshConfig: string; folder: string }) => Record<string, string>
  /** Run once before the first deployment. */
  setup?: string[]
  deploy: (tools: Tools) => string[]
  served: string
}

const ways: Record<string, Way> = {
  capistrano: {
    files: ({ servers, url, root }, { sshConfig }) => ({
      Capfile: `require 'capistrano/setup'\nrequire 'capistrano/deploy'\nrequire 'capistrano/scm/git'\ninstall_plugin Capistrano::SCM::Git\n`,
      'config/deploy.rb': `set :application, 'bench'
set :repo_url, '${url}'
set :branch, 'main'
set :deploy_to, '${root}'
set :keep_releases, 5
set :format, :simpletext
set :log_level, :error
set :ssh_options, { config: '${sshConfig}' }
`,
      'config/deploy/production.rb': servers
        .map((name) => `server '${name}', user: 'deployer', roles: %w{app}\n`)
        .join(''),
    }),
    deploy: ({ root }) => ['ruby', join(root, 'usr/bin/cap'), 'production', 'deploy'],
    served: 'current',
  },
  shipit: {
    files: ({ servers, url, root }, { folder }) => ({
      'package.json': '{ "type": "commonjs" }',
      'shipitfile.js': `module.exports = (shipit) => {
  require('shipit-deploy')(shipit)
  shipit.initConfig({
    default: { deployTo: '${root}', repositoryUrl: '${url}', branch: 'main', keepReleases: 5, workspace: '${folder}/workspace', keepWorkspace: true },
    production: { servers: ${JSON.stringify(servers.map((name) => `deployer@${name}`))} },
  })
}
`,
    }),
    deploy: () => ['shipit', 'production', 'deploy'],
    served: 'current',
  },
  pm2: {
    files: ({ servers, url, root }) => ({
      'ecosystem.json': JSON.stringify({
        apps: [],
        // Without one it restarts an application.
        deploy: {
          production: {
            user: 'deployer',
            host: servers,
            ref: 'origin/main',
            repo: url,
            path: root,
            'post-deploy': 'true',
          },
        },
      }),
    }),
    setup: ['pm2', 'deploy', 'ecosystem.json', 'production', 'setup'],
    deploy: () => ['pm2', 'deploy', 'ecosystem.json', 'production', '--force'],
    served: 'current',
  },
}

/** Those of `tools` that were found, ready for the first `count` hosts. */
export async function openRivals(
  folder: string,
  tools: Tools,
  fleet: Fleet,
  count: number,
  url: string,
  certificate: string,
): Promise<Rivals> {
  const own = await mkdtemp(join(tmpdir(), 'fairlead-rivals-'))
  const env = { ...tools.env, GIT_SSL_CAINFO: certificate, NODE_PATH: join(tools.npm, 'node_modules') }
  const servers = Array.from({ length: count }, (_, at) => `h${at + 1}`)
  await giveSsh(folder, fleet.sshConfig)
  const all: Rival[] = []
  for (const [name, way] of Object.entries(ways)) {
    if (tools.found[name] === undefined) continue
    const home = join(own, name)
    const root = `/webroot/${name}-${count}`
    await fleet.folder(root, count)
    const files = way.files({ name, servers, url, root }, { sshConfig: fleet.sshConfig, folder: home })
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(home, path, '..'), { recursive: true })
      await writeFile(join(home, path), text)
    }
    const run = async ([program, ...args]: string[]): Promise<number> => {
      const begun = performance.now()
      await promisify(execFile)(program!, args, { cwd: home, env, maxBuffer: 2 ** 26 })
      return performance.now() - begun
    }
    if (name === 'shipit') await bringRsync(tools, fleet, count)
    if (way.setup) await run(way.setup)
    all.push({ name, root, served: way.served, deploy: () => run(way.deploy(tools)) })
  }
  return {
    all,
    async close() {
      // It leaves a process behind, whatever it was asked for.
      if (tools.found.pm2 !== undefined) await promisify(execFile)('pm2', ['kill'], { env }).catch(() => {})
      await rm(own, { recursive: true, force: true })
    },
  }
}

/** shipit copies with rsync, which must be on the servers, too. */
async function bringRsync({ root }: Tools, fleet: Fleet, count: number): Promise<void> {
  const libraries = ['popt', 'xxhash', 'lz4', 'zstd'].map((name) => `lib/x86_64-linux-gnu/lib${name}*`).join(' ')
  const pack = `cd ${root}/usr && tar -cf - bin/rsync $(ls -d ${libraries} 2>/dev/null)`
  const { stdout } = await promisify(execFile)('sh', ['-c', pack], { encoding: 'buffer', maxBuffer: 2 ** 28 })
  for (let number = 1; number <= count; number++) {
    await sshTo(fleet, number, 'mkdir -p ~/tools && tar -xf - -C ~/tools', stdout)
    await fleet.hosts[number - 1]!.shell(`cd /home/deployer/tools
      [ ! -d lib ] || cp -a lib/x86_64-linux-gnu/. /usr/local/lib/
      cp bin/rsync /usr/local/bin/ && ldconfig`)
  }
}
