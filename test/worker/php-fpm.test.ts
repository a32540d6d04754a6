// nginx and PHP-FPM as Debian has them: what visitors get after a switch and after rolling back.
import { existsSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canMakeMachines } from '../hosts/hosts.ts'
import { freePort } from '../hosts/port.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

/** `8.2`: hosts of tests have this machine's programs. */
const version = readdirSync('/usr/sbin').flatMap((name) => /^php-fpm(\d+\.\d+)$/.exec(name)?.[1] ?? [])[0]
const service = `php${version}-fpm`
const missing = whatIsMissing()

function whatIsMissing(): string | null {
  if (!canMakeMachines()) return 'hosts of their own can’t be made here'
  if (version === undefined) return 'php-fpm is not installed on this machine'
  return existsSync('/usr/sbin/nginx') ? null : 'nginx is not installed on this machine'
}
const hasClient = existsSync('/usr/bin/cgi-fcgi')

let place: Place
beforeAll(async () => {
  if (missing) return
  place = await openPlace()
  // Who asks FPM over its socket has to be in its group.
  await place.host.shell(`sed -i 's/^www-data:.*/&deployer/' /etc/group && grep -q '^www-data:.*deployer' /etc/group`)
  await place.worker()
  await place.host.shell(`mkdir -p /run/php && service ${service} start`)
  await place.host.shell(
    `echo 'deployer ALL=(root) NOPASSWD: /usr/sbin/service ${service} reload' >>/etc/sudoers && /usr/sbin/visudo -c -q`,
  )
})
afterAll(async () => {
  if (!missing) await place.close()
})

/** An environment behind nginx, which names PHP's file as `path` says. Gives what a visitor is answered. */
async function site(path: '$document_root' | '$realpath_root', optionsAt: (url: string) => object) {
  const port = await freePort()
  const { id, root, repository } = await place.environment({ options: optionsAt(`http://127.0.0.1:${port}/`) })
  await place.host.shell(`cat >/etc/nginx/${port}.conf <<'CONF'
user www-data;
worker_processes 1;
pid /run/nginx-${port}.pid;
error_log /run/nginx-${port}.log;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:${port};
    root ${root}/current/public;
    location / {
      fastcgi_pass unix:/run/php/${service}.sock;
      fastcgi_param REQUEST_METHOD GET;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param SCRIPT_FILENAME ${path}/index.php;
    }
  }
}
CONF
nginx -c /etc/nginx/${port}.conf`)
  const visit = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text()
  const run = async (source?: Parameters<Place['request']>[1]) => {
    const { id: deployment, number } = await place.request(id, source)
    return { number, state: await place.finished(deployment) }
  }
  const succeed = async (source?: Parameters<Place['request']>[1]): Promise<number> => {
    const { number, state } = await run(source)
    expect(state).toMatchObject({ status: 'succeeded', failure: null })
    return number
  }
  // Its own release, too: what PHP was compiled from, whatever the link says by now.
  const commit = (text: string): void => {
    repository.write(
      'public/index.php',
      `<?php echo '${text}'; if (isset($_GET['r'])) echo ' ', basename(dirname(__DIR__));`,
    )
    repository.commit(text)
  }
  return {
    /** What visitors get, enough of them for every process of FPM to have answered one. */
    async visits(): Promise<string[]> {
      const answers = new Set<string>()
      for (let i = 0; i < 60; i++) answers.add(await visit())
      return [...answers]
    },
    deploy(text: string): Promise<number> {
      commit(text)
      return succeed()
    },
    async tryToDeploy(text: string) {
      commit(text)
      return (await run()).state
    },
    goBack: (number: number) => succeed({ type: 'release', number }),
  }
}

describe.skipIf(missing !== null)(`behind nginx and PHP-FPM${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test('with the preset a visitor gets the new release after a switch, and the old one after rolling back', async () => {
    const { visits, deploy, goBack } = await site('$document_root', () => ({
      restarts: [{ kind: 'php-fpm', service }],
    }))
    const first = await deploy('one')
    expect(await visits()).toEqual(['one'])
    await deploy('two')
    expect(await visits()).toEqual(['two'])
    await goBack(first)
    expect(await visits()).toEqual(['one'])
  })

  test.skipIf(!hasClient)('the same by resetting opcache alone, where cgi-fcgi is installed', async () => {
    const { visits, deploy, goBack } = await site('$document_root', () => ({
      restarts: [{ kind: 'opcache', socket: `/run/php/${service}.sock` }],
    }))
    const first = await deploy('one')
    expect(await visits()).toEqual(['one'])
    await deploy('two')
    expect(await visits()).toEqual(['two'])
    await goBack(first)
    expect(await visits()).toEqual(['one'])
  })

  test('with $realpath_root it needs no restart', async () => {
    const { visits, deploy, goBack } = await site('$realpath_root', () => ({}))
    const first = await deploy('one')
    expect(await visits()).toEqual(['one'])
    await deploy('two')
    expect(await visits()).toEqual(['two'])
    await goBack(first)
    expect(await visits()).toEqual(['one'])
  })

  test('a health check that looks for the release sees what PHP goes on serving, and puts the one before back', async () => {
    const { visits, deploy, tryToDeploy } = await site('$document_root', (url) => ({
      healthCheck: { url: `${url}?r`, contains: ' {release}', tries: 2, pauseSeconds: 0, onFailure: 'rollback' },
    }))
    await deploy('one')
    expect(await visits()).toEqual(['one'])
    expect(await tryToDeploy('two')).toMatchObject({ status: 'failed', failure: { step: 'health check' } })
    expect(await visits()).toEqual(['one'])
  })

  test('and lets pass what is really served', async () => {
    const { visits, deploy } = await site('$realpath_root', (url) => ({
      healthCheck: { url: `${url}?r`, contains: ' {release}', tries: 1, onFailure: 'rollback' },
    }))
    await deploy('one')
    await deploy('two')
    expect(await visits()).toEqual(['two'])
  })

  test('without either PHP goes on with what it has cached: what the preset is for', async () => {
    const { visits, deploy } = await site('$document_root', () => ({}))
    await deploy('one')
    expect(await visits()).toEqual(['one'])
    await deploy('two')
    expect(await visits()).toContain('one')
  })
})
