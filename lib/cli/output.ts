// Where words go: results and logs to standard output, remarks to standard error, and with --json nothing but JSON.
import { formatDuration } from '@/lib/format/time.ts'
import { onHowMany } from '@/lib/format/servers-differ.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { sourceWords } from '@/lib/format/source.ts'
import type { Deployment, Environment, Release } from './answers.ts'
import { clean } from './terminal.ts'

export type Streams = {
  out: (text: string) => void
  err: (text: string) => void
  /** Whether logs are shown to a person: then escape sequences are taken out of them. */
  isTerminal: boolean
}

/** Columns as wide as their widest cell; the last one isn't padded. */
export function table(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? []
  return rows
    .map(
      (row) =>
        row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  ') + '\n',
    )
    .join('')
}

export function deploymentLine(deployment: Deployment): string[] {
  const { number, status, source, servers, revision, createdAt, requestedByName } = deployment
  const what = sourceWords(source)
  const where = servers.length > 0 ? ` on ${servers.join(', ')}` : ''
  return [
    String(number),
    status,
    createdAt.slice(0, 19).replace('T', ' '),
    shortSha(revision ?? ''),
    clean(what + where),
    clean(requestedByName),
  ]
}

export function releaseLine({ number, revision, isLive, state, createdAt, subject }: Release): string[] {
  return [
    String(number),
    isLive ? 'live' : state,
    createdAt.slice(0, 19).replace('T', ' '),
    shortSha(revision),
    oneLine(subject),
  ]
}

export function environmentLine({ projectSlug, slug, branch, live, targets }: Environment): string[] {
  const shown = live
    ? `release ${live.number}${onHowMany(live.number, targets)} ${shortSha(live.revision)} ${oneLine(live.subject)}`
    : 'nothing is live'
  return [`${projectSlug}/${slug}`, clean(branch), shown]
}

const kinds: Record<string, string> = { activate: 'Activation', configure: 'Configuration', remove: 'Removal' }

/** One sentence on where a deployment stands. */
export function standing(deployment: Deployment): string {
  const { number, status, failure, release, startedAt, finishedAt } = deployment
  const name = `${kinds[deployment.kind] ?? 'Deployment'} ${number}`
  const took = startedAt && finishedAt ? ` after ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}` : ''
  const after = deployment.kind === 'remove' ? 'is gone from the server' : 'is live'
  if (status === 'succeeded' && deployment.source.type === 'leave')
    return `${name} succeeded${took}. ${clean(deployment.servers.join(', '))} is taken out.`
  if (status === 'succeeded') return `${name} succeeded${took}. Release ${release?.number ?? '?'} ${after}.`
  if (status === 'failed' && failure)
    return `${name} failed${took}${failure.step ? ` at ${clean(failure.step)}` : ''}: ${oneLine(failure.message)} (${failure.code})`
  if (status === 'queued') return `${name} is queued.`
  return status === 'running' ? `${name} is running.` : `${name} was ${status}${took}.`
}

function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim()
}
