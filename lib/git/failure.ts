// Why git failed, in words for people. Codes are told apart by what git, curl and ssh are known to print in the C locale.
import { GitError, GitPluginError } from 'simple-git'
import { PanelError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

/** What git said before it ended with another code than 0. simple-git lets errors of its own kind through as they are. */
export class GitExit extends GitError {
  readonly code: number
  readonly stderr: string
  constructor(code: number, stderr: string) {
    super(undefined, `git ended with ${code}`)
    this.name = 'GitExit'
    this.code = code
    this.stderr = stderr
  }
}

type Known = { pattern: RegExp; code: ErrorCode; say: (name: string) => string; hint?: string }

/** The first that fits counts: ssh prints its own reason before git's general one. */
const known: Known[] = [
  {
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    code: 'host_key_changed',
    say: (name) => `The Git host of ${name} shows another key than the one seen first.`,
    hint: 'If the host really has a new key, remove its line from the known_hosts file of the mirrors.',
  },
  {
    pattern:
      /Permission denied|Authentication failed|could not read (Username|Password)|terminal prompts disabled|returned error: 40[13]|Access denied|error in libcrypto|Too many authentication failures/i,
    code: 'forbidden',
    say: (name) => `The Git host refused access to ${name}.`,
    hint: 'Check the key or token, and that the repository exists: hosts answer the same for a private one.',
  },
  {
    pattern:
      /not found|does not exist|does not appear to be a git repository|returned error: 404|could not be found|No such file or directory/i,
    code: 'not_found',
    say: (name) => `There is no repository at ${name}, or it cannot be seen.`,
    hint: 'Check the address; with a private repository also the key or token.',
  },
  {
    pattern: /returned error: 30\d|update url base from redirection/i,
    code: 'not_found',
    say: (name) => `The Git host of ${name} says that the repository is elsewhere.`,
    hint: 'Use the address that it has now.',
  },
  {
    pattern: /timed out|Timeout was reached/i,
    code: 'timed_out',
    say: (name) => `The Git host of ${name} did not answer in time.`,
  },
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    code: 'unavailable',
    say: (name) => `There is no room left on the panel's disk for the mirror of ${name}.`,
  },
  {
    pattern: /mismatched algorithms/i,
    code: 'invalid',
    say: (name) => `${name} names its commits by SHA-256, which the panel does not read.`,
  },
  {
    pattern: /transport '.*' not allowed/i,
    code: 'invalid',
    say: (name) => `${name} uses a transport that is not allowed.`,
    hint: 'Use an https, ssh or git address.',
  },
  {
    pattern: /certificate|SSL|TLS/i,
    code: 'unreachable',
    say: (name) => `The TLS certificate of the Git host of ${name} was not accepted.`,
  },
]

/** Anything that `runGit` caught → what to throw. Exits with nothing known on stderr stay GitExit when no remote was involved. */
export function explainFailure(error: unknown, name: string): unknown {
  if (error instanceof GitPluginError && error.plugin === 'timeout') {
    return new PanelError('timed_out', `Git was silent for too long about ${name}.`, {}, { cause: error })
  }
  if (!(error instanceof GitExit)) return error
  const text = error.stderr
  const match = known.find((one) => one.pattern.test(text))
  if (match)
    return new PanelError(
      match.code,
      match.say(name),
      { ...(match.hint ? { hint: match.hint } : {}), git: lastLine(text) },
      { cause: error },
    )
  const remote =
    /Could not resolve|unable to look up|Connection (refused|reset|closed)|unreachable|No route to host|Failed to connect|unable to connect|remote end hung up|early EOF|RPC failed|returned error: 5\d\d|Could not read from remote/i
  if (remote.test(text)) {
    return new PanelError(
      'unreachable',
      `The Git host of ${name} could not be reached.`,
      { git: lastLine(text) },
      { cause: error },
    )
  }
  return error
}

/** The last line that says something, without control characters: it came from another machine. */
function lastLine(text: string): string {
  const line =
    text
      .split('\n')
      .filter((one) => /^(fatal|error|ssh|ERROR|remote)/.test(one.trim()))
      .at(-1) ??
    text.trim().split('\n').at(-1) ??
    ''
  return line.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 300)
}
