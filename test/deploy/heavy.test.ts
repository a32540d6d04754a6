// A heavy step ends when its time is over or when somebody cancels, and never for another reason: its watcher reads the deadline while
// the runner tells it. Run by the shells that servers have.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { killing, processes } from '@/lib/deploy/programs/kill.ts'
import { heavy } from '@/lib/deploy/programs/runner.ts'

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([shell]) => {
  try {
    execFileSync('sh', ['-c', `command -v ${shell}`])
    return true
  } catch {
    return false
  }
})
const folder = mkdtempSync(join(tmpdir(), 'fairlead-heavy-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What `script` prints, with a watcher at its side as the runner has one. */
async function run([shell, ...options]: string[], script: string): Promise<string[]> {
  const d = mkdtempSync(join(folder, 'run-'))
  const text = `${processes}${killing}${heavy}
    d=${d} cancel=${d}/cancel grace=100 n=1 phase=main limit=90000
    fail() { echo "$*"; }
    step() { out=ok code=-; now; heavy "$@"; echo "$out $code"; }
    trap 'signalled=1' USR1
    printf -- '-\\n' >"$d/watch"
    ${script}
    kill "$w"`
  // As the runner it leads a session of its own, which is what is ended.
  const { stdout } = await promisify(execFile)('setsid', ['-w', shell!, ...options, '-c', text], { timeout: 150_000 })
  return stdout.split('\n').filter((line) => line !== '')
}

const watched = 'watcher >/dev/null 2>&1 & w=$!\n'

describe.each(shells)('a heavy step in %s', (...shell) => {
  it('is not ended by a watcher that looks all the time', async () => {
    const often = 'i=0; while [ "$i" -lt 1500 ]; do i=$((i + 1)); step true; done'
    // Several at once: what is written is read half only where one is held up in the middle of it.
    const runs = Array.from({ length: 6 }, () => run(shell, `sleep() { :; }\n${watched}${often}`))
    for (const said of await Promise.all(runs)) {
      expect(new Set(said)).toEqual(new Set(['ok -']))
      expect(said).toHaveLength(1_500)
    }
  })

  it('fails when its command does, and is not ended by what was meant for another', async () => {
    const meanwhile = '(sleep .2; kill -USR1 $$; sleep .2; kill -USR1 $$) &\n'
    expect(await run(shell, `${watched}step false\n${meanwhile}step sleep 1`)).toEqual(['failed -', 'ok -'])
  })

  it('is ended when its time is over', async () => {
    expect(await run(shell, `${watched}limit=50\nstep sleep 60\nlimit=900\nstep true`)).toEqual([
      'timed_out it took longer than 0 s',
      'timed_out -',
      'ok -',
    ])
  })

  it('is ended when somebody cancels, unless it belongs to a failure', async () => {
    const cancels = '(sleep .3; : >"$cancel") &\n'
    expect(await run(shell, `${watched}${cancels}step sleep 60\nphase=failure\nstep sleep 1`)).toEqual([
      'cancelled -',
      'ok -',
    ])
  })
})
