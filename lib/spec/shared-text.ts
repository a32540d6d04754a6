// Shared paths as people write them: one a line, `path` or `path = place in the root`.
import type { Shared } from './options.ts'

/** Where a path is kept unless somebody says otherwise: `storage` and what is in it stay there, the rest goes into it. */
function usualSource(path: string): string {
  return path === 'storage' || path.startsWith('storage/') ? path : `storage/${path}`
}

/** Blank lines are left out; nothing is checked here. */
export function readShared(text: string, kind: Shared['kind']): Shared[] {
  return text.split('\n').flatMap((line) => {
    const [path = '', source = ''] = line.split('=').map((part) => part.trim())
    return path === '' ? [] : [{ path, source: source || usualSource(path), kind }]
  })
}

export function writeShared(list: Shared[], kind: Shared['kind']): string {
  return list
    .filter((one) => one.kind === kind)
    .map(({ path, source }) => (source === usualSource(path) ? path : `${path} = ${source}`))
    .join('\n')
}
