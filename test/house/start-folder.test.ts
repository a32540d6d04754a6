import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkGivenSecret, checkPlatform, checkPort, holdFolder, openFolder } from '../../scripts/start-folder.ts'

let parent: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'fairlead-folder-'))
})
afterEach(() => rm(parent, { recursive: true, force: true }))

describe('before a panel starts', () => {
  it('a system it does not run on is named', () => {
    expect(() => checkPlatform('darwin', 'arm64', 'v22.1.0')).toThrow(/not on darwin arm64/)
    expect(() => checkPlatform('linux', 'ia32', 'v22.1.0')).toThrow(/not on linux ia32/)
    expect(() => checkPlatform('linux', 'x64', 'v20.18.3')).toThrow(/20\.19 or newer; this is v20\.18\.3/)
    for (const node of ['v20.19.0', 'v22.0.0', 'v24.1.0'])
      expect(() => checkPlatform('linux', 'arm64', node)).not.toThrow()
  })

  it('attack 45: a weak secret is refused without being repeated', () => {
    for (const weak of [
      'short',
      'a'.repeat(64),
      'change-me-change-me-change-me-0123456789',
      'mySecretKeyForTheWholeCompany-2026!',
    ]) {
      expect(() => checkGivenSecret('AUTH_SECRET', weak)).toThrow(/AUTH_SECRET is too weak/)
      expect(() => checkGivenSecret('AUTH_SECRET', weak)).not.toThrow(weak)
    }
    expect(() => checkGivenSecret('AUTH_SECRET', undefined)).not.toThrow()
    expect(() => checkGivenSecret('AUTH_SECRET', 'K7d0m3Vq9Yw1sT5uXb8nZc2fLh4jRg6pAoEiUyQ')).not.toThrow()
  })

  it('the data folder is made for its owner alone, and closed when it was open', async () => {
    const folder = join(parent, 'deep/data')
    await openFolder(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    await chmod(folder, 0o755)
    await openFolder(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    await writeFile(join(parent, 'file'), '')
    await expect(openFolder(join(parent, 'file/data'))).rejects.toThrow(/can't be used: ENOTDIR/)
  })

  it('a second panel with the same data is refused, a dead one gives way', async () => {
    const release = await holdFolder(parent, 'panel')
    await expect(holdFolder(parent, 'panel')).rejects.toThrow(
      new RegExp(`already runs .* \\(process ${process.pid}\\)`),
    )
    await release()
    const child = spawn('true')
    await new Promise((resolve) => child.once('exit', resolve))
    await writeFile(join(parent, 'panel.pid'), `${child.pid} 12345`)
    const again = await holdFolder(parent, 'panel')
    expect(await readFile(join(parent, 'panel.pid'), 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+$`))
    await again()
  })

  it('a live process that only got the same pid does not count', async () => {
    await writeFile(join(parent, 'panel.pid'), `${process.pid} 1`)
    await (
      await holdFolder(parent, 'panel')
    )()
  })

  it('a taken port is named, with the way to another', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await expect(checkPort(port, '127.0.0.1')).rejects.toThrow(
      new RegExp(`Port ${port} is taken .* PORT=\\d+ npm start`),
    )
    await new Promise((resolve) => server.close(resolve))
    await checkPort(port, '127.0.0.1')
  })

  it('an address that is not this machine’s is named, with a remedy that helps', async () => {
    await expect(checkPort(0, '192.0.2.1')).rejects.toThrow(
      /Nothing can listen on 192\.0\.2\.1:0 \(EADDRNOTAVAIL\)\. Set HOST/,
    )
  })
})
