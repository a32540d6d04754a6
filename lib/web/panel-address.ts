// Where the panel is reached, for texts that are taken elsewhere: as its keeper says, else as this request came in.
import { headers } from 'next/headers'
import { context } from './context.ts'

/** Without a slash at its end; whoever asks with a host that is none gets localhost's. */
export async function panelAddress(): Promise<string> {
  const { publicUrl } = context().settings
  if (publicUrl && URL.canParse(publicUrl)) return publicUrl.replace(/\/+$/, '')
  const given = await headers()
  const scheme = given.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https' ? 'https' : 'http'
  const address = `${scheme}://${given.get('x-forwarded-host') ?? given.get('host') ?? 'localhost'}`
  return URL.canParse(address) ? new URL(address).origin : `${scheme}://localhost`
}
