// The look at a script, on the server that it is meant for.
import type { ScriptCheck } from '@/lib/api/shapes-hooks.ts'
import { scriptProgram } from '@/lib/deploy/programs.ts'
import { PanelError } from '@/lib/errors.ts'
import { parseScriptCheck } from '@/lib/spec/script-check.ts'
import { findAskedPlace } from '@/lib/store/asked.ts'
import { serverAddress } from './addresses.ts'
import { answerOf } from './exchange.ts'
import type { Answerer } from './questions.ts'
import { within } from './within.ts'

/** PanelError: not_found (no server), conflict (its host key is not confirmed), and as connecting. */
export async function checkScript(
  { db, secrets, connector }: Pick<Answerer, 'db' | 'secrets' | 'connector'>,
  { environmentId, text }: { environmentId: string; text: string },
  signal: AbortSignal,
): Promise<ScriptCheck> {
  const server = await findAskedPlace(db, environmentId)
  if (!server) throw new PanelError('not_found', 'The environment has no server.')
  if (server.hostKey === null) throw new PanelError('conflict', 'Confirm the host key of this server first.')
  const connection = await connector.connect(serverAddress(server, secrets), { signal })
  try {
    const answer = await within(signal, answerOf(connection, scriptProgram(text)))
    return { ...parseScriptCheck(answer, text), server: server.name }
  } finally {
    connection.end()
  }
}
