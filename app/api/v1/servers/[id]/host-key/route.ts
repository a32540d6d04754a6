import { byId, hostKeyInput } from '@/lib/api/inputs.ts'
import { confirmHostKey, readHostKey } from '@/lib/panel/servers.ts'
import { route } from '@/lib/web/route.ts'

/** The key that the server presents now: compare its fingerprint with what the server's own console says. */
export const GET = route(byId, readHostKey)

/** `{fingerprint}`: the one that was compared; refused with `host_key_changed` when the server presents another by now. */
export const PUT = route(hostKeyInput, confirmHostKey)
