// What a server says about a root: the answer of stateProgram.
import { z } from 'zod'
import { PanelError } from '../errors.ts'

const serverState = z.object({
  uptimeCs: z.number(),
  /** Canonical: links resolved. */
  root: z.string(),
  owner: z.string().nullable(),
  epoch: z.string().regex(/^\d+$/),
  /** `<deployment>/<segment>` that recorded the epoch. */
  epochSegment: z.string().nullable(),
  /** Name below release/, or the raw target of a link that leads elsewhere (another tool's layout); null without a link. */
  current: z.string().nullable(),
  kind: z.enum(['absent', 'directory', 'link']),
  treeRevision: z.string().nullable(),
  segments: z.array(
    z.object({ deployment: z.number().int(), name: z.string(), state: z.enum(['closed', 'running', 'lost']) }),
  ),
  /** Releases with a completion marker. */
  complete: z.array(z.string()),
})
type ServerState = z.infer<typeof serverState>

/** Throws PanelError('unavailable') when the answer isn't what this version says: a server whose disk fails says anything. */
export function parseState(bytes: Uint8Array): ServerState {
  try {
    return serverState.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw new PanelError('unavailable', 'The server did not describe its state.', {}, { cause })
  }
}
