// Of the check: the disk, and what is in the place where releases are to go.
import { line, typed } from './check-facts.ts'
import type { CheckContext, CheckLine, Facts } from './check-facts.ts'

const MiB = 1024 * 1024

/** Room on the disk of the root. */
export function space(facts: Facts, context: CheckContext): CheckLine[] {
  const [blocks = NaN, size = NaN, freeInodes = NaN, inodes = NaN] = facts.one('disk').split(' ').map(Number)
  const free = blocks * size
  const need = context.needBytes ?? 200 * MiB
  if (Number.isNaN(free)) return [line('disk', 'Disk', 'warning', 'free space is unknown')]
  const lines = [
    line(
      'disk',
      'Disk',
      free >= need ? 'ok' : 'failed',
      `${Math.floor(free / MiB)} MiB free`,
      `Free at least ${Math.ceil(need / MiB)} MiB.`,
    ),
  ]
  const wanted = context.needInodes ?? 20_000
  if (inodes > 0) {
    const enough = freeInodes >= wanted
    lines.push(
      line(
        'inodes',
        'Inodes',
        enough ? 'ok' : 'failed',
        `${freeInodes} free`,
        `Free at least ${wanted} inodes: delete many small files.`,
      ),
    )
  }
  return lines
}

/** Write access, what `current` is, and whose root it is. */
export function place(facts: Facts, context: CheckContext): CheckLine[] {
  const login = facts.one('user')
  const { root } = context
  const writable = facts.one('writable') !== '' && facts.one('root') !== 'other'
  const remedy = `Run on the server as root:\nmkdir -p ${typed(root)} && chown ${typed(login)}: ${typed(root)}`
  const lines = [
    line(
      'write',
      'Write access',
      writable ? 'ok' : 'failed',
      writable
        ? `${login} may write to ${facts.one('writable')}`
        : `${login} may not write to ${facts.one('unwritable') || root}`,
      remedy,
    ),
  ]
  const current = facts.one('current')
  const layout = facts.all('layout')
  const tool =
    ['capistrano', 'envoyer', 'deployer'].find((name) => layout.includes(name)) ??
    (layout.length > 0 ? 'another tool' : '')
  const isOurs = current.startsWith('link ') && /(^|\/)release\/[^/]+$/.test(current)
  const found = existing(current, root, isOurs ? '' : tool)
  if (found === null) {
    const detail = isOurs ? `leads to ${current.slice(5)}` : 'nothing is deployed here yet'
    lines.push(line('current', 'current', 'ok', detail))
  } else if (context.adopt)
    lines.push(line('current', 'current', 'ok', `${found.detail}; it will be adopted, as agreed`))
  else lines.push(line('current', 'current', 'warning', found.detail, found.remedy))
  const owner = facts.one('owner')
  if (owner !== '') {
    const detail =
      owner === context.mine
        ? 'this root belongs to this environment'
        : `this root is used by ${owner} (panel/environment)`
    const free = `Use another root. If that environment is gone for good: rm -r ${typed(`${root}/.fairlead`)}`
    lines.push(line('owner', 'Owner', owner === context.mine ? 'ok' : 'failed', detail, free))
  }
  return lines
}

/** What another tool, or a person, left in the place of `current`; null = nothing that needs consent. */
function existing(current: string, root: string, tool: string): { detail: string; remedy: string } | null {
  const by = tool === '' ? '' : ` (laid out by ${tool})`
  const agree = 'Agree to adopt it in the environment’s settings'
  if (current === 'directory' || current === 'other') {
    return {
      detail: `${root}/current is a ${current === 'directory' ? 'real directory' : 'file'}, not a link${by}`,
      remedy: `${agree}: the first switch moves it to release/adopted.…, for a moment without current. Or move it away yourself.`,
    }
  }
  if (current.startsWith('link ') && !/(^|\/)release\/[^/]+$/.test(current)) {
    return {
      detail: `current leads to ${current.slice(5)}${by}`,
      remedy: `${agree}: the first switch replaces the link, what it leads to stays.`,
    }
  }
  if (tool === '') return null
  return {
    detail: `this root was laid out by ${tool}`,
    remedy: 'Use another root, or stop the other tool from deploying here.',
  }
}
