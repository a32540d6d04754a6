// `fairlead plan`: what a deployment would run and change, before anybody asks for it.
import { z } from 'zod'
import { previewView, type PreviewStep, type PreviewView } from '@/lib/api/shapes-preview.ts'
import { formatBytes } from '@/lib/format/bytes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { formatDuration } from '@/lib/format/time.ts'
import type { Client } from './client.ts'
import { exits, type Exit } from './exit.ts'
import { serversAsked, serversTyped, type OnServers } from './on-servers.ts'
import type { Streams } from './output.ts'
import { clean } from './terminal.ts'

type Asked = OnServers & { environment: string; ref: string | null; json: boolean }

/** Throws Stop. `base` is the address of the environment. */
export async function runPlan(asked: Asked, client: Client, streams: Streams, base: string): Promise<Exit> {
  const body = { ...serversAsked(asked), ...(asked.ref === null ? {} : { ref: asked.ref }) }
  const answer = await client.call(z.unknown(), 'POST', `${base}/preview`, { body, repeatable: true })
  streams.out(
    asked.json ? `${JSON.stringify(answer)}\n` : planText(previewView.parse(answer), asked.environment, asked),
  )
  return exits.done
}

/** Everything of a plan as plain text: what changes, then each step with its very text, then how to run just this. */
export function planText(plan: PreviewView, environment: string, on: OnServers): string {
  const { live, commit, disk } = plan
  const instead = live ? ` in place of ${live.number === null ? live.name : `release ${live.number}`}` : ''
  const lines = [
    `${plan.ref} ${commit ? `${shortSha(commit.sha)} ${oneLine(commit.subject)}` : ''}${instead}`,
    `${formatBytes(disk.sendBytes)} to send, ${formatBytes(disk.needBytes)} of disk needed`,
    ...part(
      'Several servers',
      plan.strategy.map((sentence) => `  ${sentence}`),
    ),
    ...changes(plan),
    ...contents(plan),
    ...plan.findings.map(({ level, message }) => `${level}: ${oneLine(message)}`),
    ...plan.servers.flatMap(({ server, host, user, root, steps, undo }) => [
      '',
      `${server}  ${user}@${host}:${root}`,
      ...steps.flatMap((step) => stepLines(step, user)),
      ...(undo.length > 0 ? ['', 'Only if something fails after the switch:'] : []),
      ...undo.flatMap((step) => stepLines(step, user)),
    ]),
    '',
    `To run exactly this: fairlead deploy ${environment} ${plan.ref}${serversTyped(on)} --plan ${plan.planHash}`,
  ]
  return `${lines.map((line) => clean(line)).join('\n')}\n`
}

const marks = { added: '+', changed: '~', removed: '-' } as const

function changes({ live, change, variables, hooks }: PreviewView): string[] {
  if (!live) return ['', 'The first release: everything is new']
  const names = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    variables[kind].map((name) => `  ${marks[kind]} ${name}`),
  )
  return [
    ...part(`Commits: ${change?.ahead ?? 0}`, (change?.commits ?? []).map(commitLine)),
    ...(change && change.behind > 0 ? [`  ${change.behind} of the live release are not in it: this goes back`] : []),
    ...part(
      `Files: ${change?.files ?? 0}`,
      (change?.changed ?? []).map(({ path, change: kind }) => `  ${marks[kind]} ${path}`),
    ),
    ...part(`Variables: ${names.length}`, names),
    ...part(
      `Hooks: ${hooks.length}`,
      hooks.map(({ name, change: kind }) => `  ${marks[kind]} ${name}`),
    ),
  ]
}

/** What lies elsewhere and is deployed, too. */
function contents({ contents: { submodules, lfs } }: PreviewView): string[] {
  return [
    ...part(
      `Submodules: ${submodules.length}`,
      submodules.map(({ path, revision, before }) => {
        const from = before !== null && before !== revision ? `${shortSha(before)} → ` : ''
        return `  ${path}  ${from}${shortSha(revision)}`
      }),
    ),
    ...(lfs ? ['', `Files in Git LFS: ${lfs.files}, ${formatBytes(lfs.bytes)}`] : []),
  ]
}

function part(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

function commitLine({ sha, subject, author }: { sha: string; subject: string; author: string }): string {
  return `  ${shortSha(sha)}  ${oneLine(subject)} (${oneLine(author)})`
}

function stepLines(step: PreviewStep, user: string): string[] {
  const { n, name, path, timeoutMs, failure, phase } = step
  const facts = [
    `as ${step.user ?? user}`,
    `≤ ${formatDuration(timeoutMs)}`,
    failure === 'ignored' ? 'failure is ignored' : 'failure stops',
    ...(phase === 'failure' ? ['only after a failure'] : []),
  ]
  const text = step.text ?? 'its commit is not in the repository any more: nothing runs'
  const marked = { ...marks, same: '=' } as const
  return [
    `${String(n).padStart(3)}  ${name}${path ? ` (${path})` : ''}: ${facts.join(', ')}`,
    ...step.files.map(({ target, path: at, owner, group, mode, change }) => {
      const rights = [mode, owner || group ? `${owner ?? ''}:${group ?? ''}` : null].filter(Boolean).join(' ')
      return `       ${marked[change]} ${target} ${at}${rights ? ` ${rights}` : ''}`
    }),
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `       | ${line}`),
  ]
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
