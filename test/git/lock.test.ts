import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from '../../lib/git/lock.ts'
import { canMakeMachines } from '../hosts/hosts.ts'
import { heldByAnother, temporaryFolder } from './fixtures.ts'

let folder: string
beforeEach(() => void (folder = temporaryFolder()))
afterEach(() => rmSync(folder, { recursive: true }))

describe('withLock', () => {
  it('lets one in at a time', async () => {
    let inside = 0
    const most: number[] = []
    const work = async () => {
      most.push((inside += 1))
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
    }
    await Promise.all(Array.from({ length: 5 }, () => withLock(join(folder, 'one'), work)))
    expect(most).toEqual([1, 1, 1, 1, 1])
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it.runIf(canMakeMachines())('is let go when there is no room left to say so', async () => {
    const small = join(folder, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small])
    try {
      const path = join(small, 'one')
      const fill = () => writeFile(join(small, 'filler'), Buffer.alloc(65_536))
      await expect(withLock(path, fill)).rejects.toMatchObject({ code: 'ENOSPC' })
      rmSync(join(small, 'filler'))
      expect(await withLock(path, (isTidy) => Promise.resolve(isTidy))).toBe(false)
    } finally {
      execFileSync('umount', [small])
    }
  })

  it('is let go when the work fails', async () => {
    await expect(withLock(join(folder, 'one'), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withLock(join(folder, 'one'), () => Promise.resolve('in'))).toBe('in')
  })

  it('waits for another process, as long as it is told to', async () => {
    const holder = await heldByAnother(join(folder, 'one'))
    const impatient = new AbortController()
    const waiting = withLock(join(folder, 'one'), () => Promise.resolve('in'), impatient.signal)
    impatient.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    const patient = withLock(join(folder, 'one'), () => Promise.resolve('in'))
    holder.stdin.end()
    expect(await patient).toBe('in')
  })

  it('tells the next holder whether the one before ended well', async () => {
    const path = join(folder, 'one')
    const isTidy = () => withLock(path, (tidy) => Promise.resolve(tidy))
    expect([await isTidy(), await isTidy()]).toEqual([true, true])
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect([await isTidy(), await isTidy()]).toEqual([false, true])
    const holder = await heldByAnother(path)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect([await isTidy(), await isTidy()]).toEqual([false, true])
  })

  it('passes from a process that was killed', async () => {
    const holder = await heldByAnother(join(folder, 'one'))
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(await withLock(join(folder, 'one'), () => Promise.resolve('in'))).toBe('in')
  })
})
