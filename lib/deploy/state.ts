// What a server says about a root (stateProgram): lines of `key value`.
import { PanelError } from '../errors.ts'

export type ServerState = {
  uptimeCs: number
  /** Canonical: links resolved. */
  root: string
  owner: string | null
  epoch: string
  /** `<deployment>/<segment>` that recorded the epoch. */
  epochSegment: string | null
  /** `release` is the name below release/, or the raw target when the link leads elsewhere (another tool's layout). */
  current: { kind: 'absent' | 'directory' } | { kind: 'link'; release: string }
  treeRevision: string | null
  segments: { deployment: number; name: string; state: 'closed' | 'running' | 'lost' }[]
  /** Releases with a completion marker. */
  complete: string[]
}

/** Throws PanelError('invalid') when the answer lacks what every version says. */
export function parseState(bytes: Uint8Array): ServerState {
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '')
  const pairs = lines.map((line) => {
    const space = line.indexOf(' ')
    return space < 0 ? { key: line, value: '' } : { key: line.slice(0, space), value: line.slice(space + 1) }
  })
  const all = (key: string): string[] => pairs.filter((pair) => pair.key === key).map((pair) => pair.value)
  const one = (key: string): string => {
    const [value] = all(key)
    if (value === undefined) throw new PanelError('invalid', 'The server did not describe its state.', { missing: key })
    return value
  }
  const root = one('root')
  const [epoch = '0', epochSegment = ''] = one('epoch').split(' ')
  return {
    uptimeCs: Number(one('uptime')),
    root,
    owner: one('owner') || null,
    epoch,
    epochSegment: epochSegment || null,
    current: parseCurrent(one('current'), root),
    treeRevision: one('tree') || null,
    segments: all('segment').flatMap((value) => {
      const found = /^(\d+)\/(\S+) (closed|running|lost)$/.exec(value)
      if (!found) return []
      const [, deployment, name = '', state] = found
      return [{ deployment: Number(deployment), name, state: state as 'closed' | 'running' | 'lost' }]
    }),
    complete: all('complete'),
  }
}

function parseCurrent(value: string, root: string): ServerState['current'] {
  if (!value.startsWith('link ')) return { kind: value === 'directory' ? 'directory' : 'absent' }
  const target = value.slice(5)
  for (const prefix of [`${root}/release/`, 'release/']) {
    if (target.startsWith(prefix)) return { kind: 'link', release: target.slice(prefix.length) }
  }
  return { kind: 'link', release: target }
}
