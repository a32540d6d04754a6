// What lookProgram answers, read: where `current` leads and how a release compares with what was finished.
import { PanelError } from '../errors.ts'

/** What a line of a manifest is about; `was` and `is` say it as far as it is there. */
export type FileDifference = { path: string; change: 'added' | 'removed' | 'content' | 'mode' | 'link' | 'unreadable' }

export type Look = {
  owner: string | null
  /** Release name, or where a link that isn't ours leads; null = nothing is there. */
  current: string | null
  kind: 'link' | 'directory' | 'other' | 'absent'
  /** A segment runs there. */
  isBusy: boolean
  /** The release that was asked for; null = its directory isn't there (or none was asked for). */
  release: {
    /** Null = it has no completion marker. */
    revision: string | null
    /** SHA-256 of its `.env`: `-` = there is none, `link` = it is one. `planned`: as it was when it was completed, or configured. */
    env: string
    planned: string
    manifest: string
    entries: number
    bytes: number
    /** Null = there was nothing to compare with. Lines that are gone and new ones are counted; of each the first are told. */
    compared: { lost: number; came: number; files: FileDifference[] } | null
  } | null
}

/** Throws PanelError('invalid') when it isn't what this version says. */
export function parseLook(answer: Uint8Array): Look {
  const lines = new TextDecoder().decode(answer).split('\n')
  const said = new Map<string, string>()
  const changed: string[] = []
  for (const line of lines) {
    if (/^[-+]/.test(line)) changed.push(line)
    else if (line.includes('\t')) said.set(line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1))
  }
  const text = (key: string): string => said.get(key) ?? ''
  const kind = (['link', 'directory', 'other', 'absent'] as const).find((one) => one === text('kind'))
  if (!kind || (text('there') === 'yes' && !/^[0-9a-f]{64}$/.test(text('manifest'))))
    throw new PanelError('invalid', 'The server did not say what is live there.')
  const release = text('there') === 'yes' && {
    revision: said.get('revision') ?? null,
    env: text('env'),
    planned: said.get('planned') ?? '-',
    manifest: text('manifest'),
    entries: Number(text('entries')),
    bytes: Number(text('kilobytes')) * 1024,
    compared: said.has('lost')
      ? { lost: Number(text('lost')), came: Number(text('came')), files: fileDifferences(changed) }
      : null,
  }
  const isBusy = said.has('busy')
  return { owner: text('owner') || null, current: text('current') || null, kind, isBusy, release: release || null }
}

/** Lines that are gone (`-`) and new (`+`), as differences of files, in the order of their paths. */
export function fileDifferences(lines: readonly string[]): FileDifference[] {
  const files = new Map<string, { was: Map<string, string>; is: Map<string, string> }>()
  for (const line of lines) {
    const entry = parseEntry(line.slice(1))
    if (!entry) continue
    const file = files.get(entry.path) ?? { was: new Map<string, string>(), is: new Map<string, string>() }
    files.set(entry.path, file)
    ;(line.startsWith('-') ? file.was : file.is).set(entry.kind, entry.value)
  }
  const found = [...files].map(([path, { was, is }]) => ({ path, change: changeOf(was, is) }))
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * A file has two lines, `f` and `h`; one whose content alone changed differs in `h` and, when its size did, in `f`, too.
 */
function changeOf(was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): FileDifference['change'] {
  if (was.has('h') && is.has('h')) return 'content'
  if (was.has('h') && is.size === 0 && !was.has('f')) return 'unreadable'
  const isThere = (side: ReadonlyMap<string, string>) => ['d', 'f', 'l', 'o'].some((kind) => side.has(kind))
  if (!isThere(was)) return 'added'
  if (!isThere(is)) return 'removed'
  return is.has('l') || was.has('l') ? 'link' : 'mode'
}

function parseEntry(line: string): { kind: string; path: string; value: string } | null {
  const [kind = '', ...words] = line.split('\t')
  if (kind === 'h') {
    const [hash = '', path = ''] = [line.slice(2, 66), line.slice(68)]
    return { kind, path: readable(path), value: hash }
  }
  if (kind === 'd' || kind === 'o') return { kind, path: readable(words[1] ?? ''), value: words[0] ?? '' }
  if (kind === 'f') return { kind, path: readable(words[2] ?? ''), value: `${words[0]} ${words[1]}` }
  return kind === 'l' ? { kind, path: readable(words[0] ?? ''), value: words[1] ?? '' } : null
}

/** A path as people read it: without `./`, odd bytes as text as far as they are any. */
function readable(path: string): string {
  const hex = /^\\((?:[0-9a-f]{2})+)$/.exec(path)?.[1]
  const text = hex
    ? new TextDecoder().decode(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)))
    : path
  return text === '.' ? '.' : text.replace(/^\.\//, '').replace(/\p{Cc}/gu, '\ufffd')
}
