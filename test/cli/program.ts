// The program as a person starts it: a process of its own; from the sources where there is no build of them.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { isBuilt } from '@/scripts/build-panel.ts'

const root = join(import.meta.dirname, '../..')
const program = isBuilt() ? ['dist/cli.mjs'] : ['--import', 'tsx', 'lib/cli/main.ts']
type Ended = { code: number | null; out: string; err: string }
type Running = { ended: Promise<Ended>; out(): string; interrupt(): void }

export function start(args: string[], env: Record<string, string>, input = ''): Running {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: root,
    env: { NODE_ENV: 'test', PATH, HOME, ...env },
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return {
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))),
    out: () => out,
    interrupt: () => void child.kill('SIGINT'),
  }
}

export function run(args: string[], env: Record<string, string>, input = ''): Promise<Ended> {
  return start(args, env, input).ended
}
