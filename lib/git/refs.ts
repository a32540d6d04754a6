// Listings of refs, as git prints them.
import type { Ref } from '../deploy/types.ts'

/** Lines `<sha><separator><ref>` → branches and tags; a tag's `^{}` line (the commit it means) wins over its own object. */
export function parseRefs(text: string, separator: string): Ref[] {
  const refs = new Map<string, Ref>()
  for (const line of text.split('\n')) {
    const at = line.indexOf(separator)
    const match = /^refs\/(heads|tags)\/(.+?)(\^\{\})?$/.exec(line.slice(at + 1))
    if (at < 0 || !match) continue
    const [, folder, name = ''] = match
    refs.set(`${folder}/${name}`, { name, kind: folder === 'heads' ? 'branch' : 'tag', sha: line.slice(0, at) })
  }
  return [...refs.values()]
}
