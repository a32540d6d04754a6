// Texts that are named on the command line instead of typed.
import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { exits, Stop } from './exit.ts'

/** `-` is standard input; `@` in front of a name is left away. Throws Stop. */
export async function readText(name: string): Promise<string> {
  const path = name.replace(/^@/, '')
  try {
    return path === '-' ? await readAll(process.stdin) : await readFile(path, 'utf8')
  } catch (error) {
    throw new Stop(exits.usage, `${path} can’t be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`)
  }
}
