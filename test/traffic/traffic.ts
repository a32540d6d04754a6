// Everybody who looks at `current` while it is switched: visitors of an nginx on each server, and readers of the link itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { canMakeMachines } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'
import { freePort } from '../hosts/port.ts'

export type Traffic = {
  /** Resolves when a visitor and a reader have been refused: what they are there to notice. */
  hasMissed(): Promise<void>
  /** Ends it; what all of them saw. */
  stop(): Promise<Seen>
}
export type Seen = {
  requests: number
  failures: number
  /** Some of the failures, in words. */
  failed: string[]
  /** What was served → how often. */
  answers: Record<string, number>
  reads: number
  misses: number
}

/** Why there can't be any here; null: there can. */
export function whatTrafficLacks(): string | null {
  if (!canMakeMachines()) return 'hosts of their own can’t be made here'
  if (!existsSync('/usr/bin/perl')) return 'perl is not installed on this machine'
  return existsSync('/usr/sbin/nginx') ? null : 'nginx is not installed on this machine'
}

/** `roots`, one of each host, have been deployed to. Resolves once every server was visited and every reader had a look. */
export async function startTraffic(
  hosts: Host[],
  roots: string[],
  { connections = 4 }: { connections?: number } = {},
): Promise<Traffic> {
  const ports = await Promise.all(hosts.map((host, at) => startNginx(host, roots[at]!)))
  const readers = await Promise.all(hosts.map((host, at) => startReader(host, roots[at]!)))
  const program = join(import.meta.dirname, 'visitors.mjs')
  // Behind what it watches: a machine with few cores is not to stand still for it.
  const visitors = spawn(
    'nice',
    ['-n', '5', process.execPath, program, `${connections}`, '/REVISION', ...ports.map(String)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const lines = createInterface({ input: visitors.stdout })[Symbol.asyncIterator]()
  const said = async (begin: string): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the visitors went away')
      if (value.startsWith(begin)) return value
    }
  }
  await said('all have visited')
  return {
    async hasMissed() {
      await said('first failure')
      await Promise.all(readers.map((reader) => reader.hasMissed()))
    },
    async stop() {
      const gone = once(visitors, 'exit')
      visitors.stdin.end()
      const visited = JSON.parse(await said('{')) as Omit<Seen, 'reads' | 'misses'>
      await gone
      const read = await Promise.all(readers.map((reader) => reader.stop()))
      return {
        ...visited,
        reads: read.reduce((sum, { reads }) => sum + reads, 0),
        misses: read.reduce((sum, { misses }) => sum + misses, 0),
      }
    },
  }
}

/** An nginx of its own for `<root>/current`, as Debian's would serve it; its port. It goes with the host. */
async function startNginx(host: Host, root: string): Promise<number> {
  const port = await freePort()
  const own = `/var/lib/traffic-${port}`
  await host.shell(`mkdir -p ${own} && cat >${own}/nginx.conf <<'CONF'
user www-data;
worker_processes 1;
pid ${own}/pid;
error_log ${own}/error.log;
events {}
http {
  access_log off;
  sendfile on;
  client_body_temp_path ${own}/body;
  fastcgi_temp_path ${own}/fastcgi;
  proxy_temp_path ${own}/proxy;
  scgi_temp_path ${own}/scgi;
  uwsgi_temp_path ${own}/uwsgi;
  server {
    listen 127.0.0.1:${port};
    root ${root}/current;
  }
}
CONF
nginx -p ${own} -c ${own}/nginx.conf -e ${own}/error.log`)
  return port
}

/** Asks what `current` names and opens a file through it, again and again. */
const reader = `
my ($root) = @ARGV; my ($reads, $misses) = (0, 0);
sub note { open(my $file, ">", "$root-traffic/$_[0]"); close($file) }
until (-e "$root-traffic/stop") {
  for (1 .. 50) {
    my $release = readlink("$root/current");
    my $text;
    if (open(my $file, "<", "$root/current/REVISION")) { $text = <$file>; close($file) }
    $reads++;
    next if defined $release && -e "$release/REVISION" && defined $text && $text =~ /^[0-9a-f]{40}/;
    note("missed") unless $misses++;
  }
  note("reading") if $reads == 50;
  select(undef, undef, undef, 0.005);
}
print "$reads $misses\\n"`

async function startReader(host: Host, root: string) {
  const own = `${root}-traffic`
  const noted = (name: string): Promise<string> => host.shell(`until [ -e ${own}/${name} ]; do sleep 0.05; done`)
  await host.shell(`mkdir ${own}`)
  const reading = host.shell(`nice -n 5 perl -e '${reader}' ${root}`)
  await Promise.race([reading, noted('reading')])
  return {
    hasMissed: () => noted('missed'),
    async stop(): Promise<{ reads: number; misses: number }> {
      await host.shell(`touch ${own}/stop`)
      const [reads, misses] = (await reading).trim().split(' ').map(Number)
      await host.shell(`rm -r ${own}`)
      return { reads: reads!, misses: misses! }
    },
  }
}
