// What is typed at the panel's own machine: options, and secrets that don't stand among them.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { exits, Stop } from './exit.ts'
import type { Streams } from './output.ts'

export const help = 'See: fairlead --help'

/** Throws Stop for anything that isn't among `options`. */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new Stop(exits.usage, `${error instanceof Error ? error.message : 'Wrong options.'} ${help}`)
  }
}

/** The one file that a command is about. Throws Stop. */
export function readFileName(args: string[]): string {
  const [name, ...more] = args
  if (!name || name.startsWith('-') || more.length > 0) throw new Stop(exits.usage, `Name one file. ${help}`)
  return name
}

/** One line of standard input; typed at a terminal it isn't shown. */
export async function readSecret(streams: Streams, what: string): Promise<string> {
  if (!process.stdin.isTTY) return readFileSync(0, 'utf8').replace(/\r?\n$/, '')
  streams.err(`${what}: `)
  const lines = createInterface({ input: process.stdin, terminal: true, output: undefined })
  const line = await new Promise<string>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(''))
  })
  lines.close()
  streams.err('\n')
  return line
}
