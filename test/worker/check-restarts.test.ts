// The check of a server says which sudo lines restarts need; pasted, they are all it takes, and allow nothing else.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCheck } from '@/lib/deploy/check.ts'
import { findAskedServer } from '@/lib/store/asked.ts'
import { checkServer } from '@/lib/worker/server-check.ts'
import { canMakeMachines } from '../hosts/hosts.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())

async function check(root: string) {
  const target = await place.db.prisma.target.findFirstOrThrow({ where: { root } })
  const server = (await findAskedServer(place.db, target.serverId))!
  const asked = { secrets: place.secrets, panelId: randomUUID() }
  const { lines } = await checkServer(asked, server, root, AbortSignal.timeout(40_000))
  return lines.find(({ id }) => id === 'restarts')
}

const restarts = [
  { kind: 'php-fpm', service: 'php8.2-fpm' },
  { kind: 'supervisor', programs: 'shop-worker:*' },
]

test('restarts that need nothing of root are no line of the check', async () => {
  const { root } = await place.environment({ options: { restarts: [{ kind: 'command', name: 'x', text: 'true' }] } })
  expect(await check(root)).toBeUndefined()
})

if (canMakeMachines())
  test('the sudo lines that are printed are all it takes, and allow no other service', async () => {
    const { root } = await place.environment({ options: { restarts } })
    const { shell, person } = place.host
    await shell(`printf '#!/bin/sh\\necho "$0 $*"\\n' >/usr/sbin/service && chmod 755 /usr/sbin/service`)
    await shell(`cp /usr/sbin/service /usr/bin/supervisorctl`)
    const before = await check(root)
    expect(before).toMatchObject({
      verdict: 'failed',
      detail:
        'deployer may not run service php8.2-fpm reload; deployer may not run supervisorctl restart shop-worker:*',
    })
    const lines = before!.remedy!.split('\n').filter((line) => line.startsWith('deployer '))
    expect(lines).toEqual([
      'deployer ALL=(root) NOPASSWD: /usr/sbin/service php8.2-fpm reload',
      'deployer ALL=(root) NOPASSWD: /usr/bin/supervisorctl restart shop-worker\\:\\*',
    ])
    await shell(`cat >>/etc/sudoers <<'EOF'\n${lines.join('\n')}\nEOF\n/usr/sbin/visudo -c -q -f /etc/sudoers`)
    expect(await check(root)).toMatchObject({ verdict: 'ok' })
    expect(await person(`sudo -n supervisorctl restart 'shop-worker:*'`)).toContain('restart shop-worker:*')
    for (const other of ['service php8.2-fpm stop', 'service ssh reload', 'supervisorctl restart shop-worker:one'])
      await expect(person(`sudo -n ${other}`)).rejects.toThrow('sudo')
  })

test('a program that is not there is said, and no line for it', () => {
  const facts = 'user deployer\ncommand 0 \nsystemd yes\n'
  const context = { root: '/webroot', users: [], groups: [], owner: null, nowMs: 0, mine: null, adopt: false }
  const commands = [{ words: ['systemctl', 'restart', 'app@1.service'] }]
  const { lines } = parseCheck(new TextEncoder().encode(facts), { ...context, commands })
  expect(lines.find(({ id }) => id === 'restarts')).toEqual({
    id: 'restarts',
    label: 'Restarts',
    verdict: 'failed',
    detail: 'systemctl is not on this server',
  })
})
