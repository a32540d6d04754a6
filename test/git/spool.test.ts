import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identity } from '../../lib/git/holder.ts'
import { openSpool, removeAbandoned } from '../../lib/git/spool.ts'
import { temporaryFolder } from './fixtures.ts'

let folder: string
beforeEach(() => void (folder = temporaryFolder()))
afterEach(() => rmSync(folder, { recursive: true }))

it('what a process left that has ended goes; what lives, and what may live elsewhere, stays', async () => {
  const own = await openSpool(folder)
  const [table] = (await identity()).split(' ')
  const ended = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim()
  const others = {
    ended: `${table} ${ended} 1`,
    reused: `${table} ${process.pid} 1`,
    elsewhere: `another-boot/pid:[1] ${process.pid} 1`,
  }
  for (const [name, holder] of Object.entries(others)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'holder'), holder)
    writeFileSync(join(folder, name, 'tree.tar'), 'x')
  }
  mkdirSync(join(folder, 'being-made'))
  await removeAbandoned(folder)
  expect(readdirSync(folder).sort()).toEqual([basename(own), 'being-made', 'elsewhere'].sort())
})
