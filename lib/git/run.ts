// Running git: one place that knows its environment, its limits and how it ends. simple-git starts the process, never a shell.
import { GitPluginError, simpleGit } from 'simple-git'
import { PanelError } from '../errors.ts'
import { GitExit, explainFailure } from './failure.ts'

/** Everything one git process needs besides its arguments. Never a secret in `args`: others can read a command line. */
export type GitCall = {
  /** Working directory; also the repository when `gitDir` says so. */
  folder: string
  gitDir?: string
  env?: Record<string, string>
  input?: Uint8Array
  signal?: AbortSignal
  /** The process is ended after so many ms without a sign of life. */
  silenceMs?: number
  /** What people call the repository, for messages. */
  shownAs: string
}

/** Passed on from the process's own environment: how to reach the outside, and where programs are. */
const passedOn = [
  'PATH',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'all_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  // A git built with GnuTLS reads neither of those.
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
]

/** More than this isn't taken into memory: a few objects can make git say anything. */
const outputBytes = 64 * 1_048_576

/** Runs git and gives the bytes it printed. Rejects with PanelError when the reason is one that people can act on, else GitExit. */
export async function runGit(args: string[], call: GitCall): Promise<Buffer> {
  call.signal?.throwIfAborted()
  const env = gitEnvironment(call)
  const output: Buffer[] = []
  let length = 0
  const tooMuch = new AbortController()
  const git = simpleGit({
    baseDir: call.folder,
    // Called after simple-git's own reading of stderr, which it takes the place of; its plugins' errors are kept.
    errors: (error, result) =>
      error instanceof GitPluginError || !result.exitCode
        ? error
        : new GitExit(result.exitCode, Buffer.concat(result.stdErr).toString()),
    allowEnvironment: Object.keys(env),
    // The values of these are ours: see gitEnvironment.
    unsafe: {
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeSshCommand: true,
      allowUnsafeAskPass: true,
    },
    abort: AbortSignal.any([tooMuch.signal, ...(call.signal ? [call.signal] : [])]),
    ...(call.silenceMs === undefined ? {} : { timeout: { block: call.silenceMs } }),
    ...(call.input ? { input: () => Buffer.from(call.input ?? []) } : {}),
  })
    .env(env)
    .outputHandler((_command, stdout) => {
      stdout.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= outputBytes) output.push(chunk)
        else tooMuch.abort()
      })
      // simple-git waits another 50 ms for the output of a process that has said nothing. Here all there was has been read.
      stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)))
    })
  try {
    await git.raw(args)
  } catch (error) {
    call.signal?.throwIfAborted()
    if (tooMuch.signal.aborted) throw new PanelError('invalid', `There is too much of ${call.shownAs} to be read.`)
    throw explainFailure(error, call.shownAs)
  }
  return Buffer.concat(output)
}

/** Nothing of the machine's own git set-up, no terminal, no credentials but those given. */
export function gitEnvironment(call: GitCall): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of passedOn) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return {
    ...env,
    LC_ALL: 'C.UTF-8',
    LANGUAGE: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_ALLOW_PROTOCOL: '',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...(call.gitDir === undefined ? {} : { GIT_DIR: call.gitDir }),
    ...call.env,
  }
}
