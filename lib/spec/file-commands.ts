// What the engine runs by sudo for a file that only root may write, word for word (lib/deploy/programs/place.ts).
import type { RootCommand } from './presets.ts'

type ServerFile = { path: string; owner: string | null; group: string | null; mode: string }

/** In the order they may come; none is needed where the login user may write in the directory, for itself. */
export function fileCommands({ path, owner, group, mode }: ServerFile): RootCommand[] {
  const directory = path.slice(0, path.lastIndexOf('/'))
  const beside = `${directory}/.${path.slice(directory.length + 1)}.fairlead`
  const before = `${beside}-before`
  const commands = [
    ['install', '-m', mode, '-o', owner ?? 'root', '-g', group ?? 'root', '/proc/self/fd/0', beside],
    ['cp', '-a', path, before],
    ['mv', '-f', '-T', beside, path],
    ['mv', '-f', '-T', before, path],
    ['rm', '-f', path],
    ['rm', '-f', beside, before],
  ]
  return commands.map((words) => ({ words, unless: { directory: directory || '/', owner } }))
}
