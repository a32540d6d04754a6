// The programs that list and read files below `logs`, run by the shells that servers have.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { FrameReader } from '@/lib/deploy/frames.ts'
import { logFilesProgram, logReadProgram, type LogRead } from '@/lib/deploy/programs/log-files.ts'

const shells = ['sh', 'bash', 'busybox'].filter((shell) => {
  try {
    execFileSync(shell, shell === 'busybox' ? ['sh', '-c', ':'] : ['-c', ':'])
    return true
  } catch {
    return false
  }
})
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fairlead-log-files-')))
afterAll(() => rmSync(folder, { recursive: true }))
const refused = expect.objectContaining({ code: 'invalid' }) as Error
let root: string
let made = 0
beforeEach(() => {
  // A name that means something to shells and to patterns.
  root = join(folder, `it's [a] $(root) ${(made += 1)}`)
  mkdirSync(join(root, 'logs/nginx'), { recursive: true })
})

describe.each(shells)('with %s', (shell) => {
  function run(program: string): string {
    const output = execFileSync(shell, shell === 'busybox' ? ['sh', '-c', program] : ['-c', program])
    const [frame] = new FrameReader().push(output)
    if (frame?.type === 'Z') return Buffer.from(frame.bytes).toString('latin1')
    if (frame?.type === 'X') return `${frame.code} ${frame.detail}`
    throw new Error(`no answer: ${output}`)
  }
  const read = (more: Partial<LogRead>) =>
    run(logReadProgram({ root, path: 'app.log', at: null, tail: 65_536, bytes: 65_536, ...more }))
  /** The facts and the bytes of an answer. */
  function parts(answer: string) {
    const end = answer.indexOf('\n')
    const [file = '', size, start, from, how] = answer.slice(0, end).split(' ')
    return {
      file,
      size: Number(size),
      start: Number(start),
      from: Number(from),
      isNew: how === 'new',
      text: answer.slice(end + 1),
    }
  }
  const write = (path: string, text: string) => writeFileSync(join(root, 'logs', path), text)

  it('lists files with size and time, the newest first, and no links', () => {
    write('old.log', 'one')
    write('nginx/access log', 'longer')
    utimesSync(join(root, 'logs/old.log'), 1_000, 1_000)
    utimesSync(join(root, 'logs/nginx/access log'), 2_000, 2_000)
    symlinkSync('/etc/passwd', join(root, 'logs/passwd'))
    symlinkSync('/etc', join(root, 'logs/etc'))
    write('two\nlines', '')
    expect(run(logFilesProgram(root))).toBe(`${root}/logs\n2000 6 ./nginx/access log\n1000 3 ./old.log`)
  })

  it('says when there is no such folder', () => {
    rmSync(join(root, 'logs'), { recursive: true })
    expect(run(logFilesProgram(root))).toMatch(/^missing /)
  })

  it('reads the end, and then what was added, byte for byte but for NULs', () => {
    write('app.log', `${'x'.repeat(9_999)}\n`)
    const first = parts(read({ tail: 100 }))
    expect(first).toMatchObject({ size: 10_000, start: 8_192, from: 9_900, isNew: false })
    expect(first.text).toBe(`${'x'.repeat(1_807)}\n`)
    appendFileSync(join(root, 'logs/app.log'), Buffer.from([0xff, 0x00, 0x0a, 0x0a]))
    const next = parts(read({ at: { file: first.file, from: 10_000 } }))
    expect(next).toMatchObject({ size: 10_004, from: 10_000, isNew: false })
    expect(next.text.slice(next.from - next.start)).toBe('\xff?\n\n')
  })

  it('reads no more than was asked for', () => {
    write('app.log', 'y'.repeat(300_000))
    const { text, start } = parts(read({ tail: 200_000, bytes: 8_192 }))
    expect([text.length, start]).toEqual([12_288, 98_304])
  })

  it('begins anew when the file was rotated or emptied', () => {
    write('app.log', 'before\n')
    const { file } = parts(read({}))
    write('app.log', 'new\n')
    expect(parts(read({ at: { file, from: 7 } }))).toMatchObject({ from: 0, isNew: true, text: 'new\n' })
    expect(parts(read({ at: { file: '1:1', from: 2 } }))).toMatchObject({ from: 0, isNew: true, text: 'new\n' })
  })

  it('never leaves the folder', () => {
    writeFileSync(join(root, 'secret'), 'secret')
    symlinkSync('../secret', join(root, 'logs/link'))
    symlinkSync('..', join(root, 'logs/up'))
    symlinkSync('/etc/passwd', join(root, 'logs/passwd'))
    mkdirSync(join(root, 'logs-of-others'))
    writeFileSync(join(root, 'logs-of-others/app.log'), 'secret')
    symlinkSync('../logs-of-others', join(root, 'logs/beside'))
    for (const path of ['link', 'up/secret', 'passwd', 'beside/app.log'])
      expect(read({ path })).toBe(`outside ./${path}`)
    // A link to a file inside is fine: `current.log -> app.2026.log`.
    write('app.2026.log', 'fine')
    symlinkSync('app.2026.log', join(root, 'logs/current.log'))
    expect(parts(read({ path: 'current.log' })).text).toBe('fine')
  })

  it('takes names as they are, and refuses what is no file', () => {
    write('-n $(id) `id` *', 'odd')
    expect(parts(read({ path: '-n $(id) `id` *' })).text).toBe('odd')
    expect(read({ path: 'nginx' })).toMatch(/^missing /)
    execFileSync('mkfifo', [join(root, 'logs/pipe')])
    expect(read({ path: 'pipe' })).toMatch(/^missing /)
  })
})

it.each(['../secret', '/etc/passwd', 'a/../../b', 'a//b', './a', 'a\0b', ''])('the path %j is no path', (path) => {
  expect(() => logReadProgram({ root: '/srv', path, at: null, tail: 1, bytes: 1 })).toThrow(refused)
})
