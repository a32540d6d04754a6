// Errors of our own, put as the reason of a failed deployment. What isn't ours to explain is thrown on.
import { PanelError } from '@/lib/errors.ts'
import type { ErrorCode } from '@/lib/errors.ts'
import type { Failure, FailureCode } from '@/lib/deploy/types.ts'
import { Refusal } from './exchange.ts'

const before: Partial<Record<ErrorCode, FailureCode>> = {
  invalid: 'invalid_spec',
  not_found: 'source_not_found',
  forbidden: 'source_not_found',
  unreachable: 'unreachable',
  timed_out: 'timed_out',
  release_missing: 'release_missing',
  plan_changed: 'plan_changed',
}

/** Before a server was touched: repository, hooks, variables. @throws the error itself when it isn't for people. */
export function failureBefore(error: unknown): Failure {
  if (isDiskFull(error)) return { code: 'disk_full', message: 'There is no room left on the disk of the panel.' }
  if (!(error instanceof PanelError)) throw error
  return { code: before[error.code] ?? 'internal', message: error.message }
}

function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT'
}

const line: Partial<Record<ErrorCode, FailureCode>> = {
  invalid: 'invalid_spec',
  unreachable: 'unreachable',
  timed_out: 'unreachable',
  forbidden: 'unreachable',
  unavailable: 'unreachable',
  host_key_changed: 'host_key_changed',
  conflict: 'owner_conflict',
  plan_changed: 'plan_changed',
}

const sentences: Record<string, { code: FailureCode; say(server: string, detail: string): string }> = {
  owner_conflict: {
    code: 'owner_conflict',
    say: (server) => `This folder on ${server} belongs to another environment or another panel.`,
  },
  same_folder: {
    code: 'owner_conflict',
    say: (server) =>
      `This folder on ${server} is that of another server of this environment: they are the same machine. Take one of them out.`,
  },
  disk_full: {
    code: 'disk_full',
    say: (server) => `The disk of ${server} is full. Nothing was changed. Make room there, then try again.`,
  },
  not_writable: {
    code: 'not_writable',
    say: (server, detail) => `${server} does not let us write to ${detail || 'the folder'}.`,
  },
}

/** When nothing was started on the server. @throws the error itself when it isn't for people. */
export function failureOfServer(error: unknown, server: string): Failure {
  if (error instanceof Refusal) {
    const known = sentences[error.code]
    const message =
      known?.say(server, error.detail) ?? `${server} refused to start: ${error.code} ${error.detail}`.trim()
    return { code: known?.code ?? 'internal', server, message }
  }
  if (!(error instanceof PanelError)) throw error
  return { code: line[error.code] ?? 'internal', server, message: error.message }
}
