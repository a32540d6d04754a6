import type { WebhookView } from '@/lib/api/shapes-webhooks.ts'
import { CopyLine } from '../copy-button.tsx'
import { hosts } from './hosts.ts'

type SetUpProps = {
  webhook: WebhookView
  /** The address of the panel, as the host reaches it: whoever reads this may have come by another. */
  panel: string
  /** There only when it was just made. */
  secret?: string | undefined
}

/** What to do at the Git host, with what has to be pasted there. */
export function SetUp({ webhook: { provider, path }, panel, secret }: SetUpProps) {
  const host = hosts[provider]
  return (
    <ol className="grid list-decimal gap-2 pl-5">
      <li>Open {host.open}.</li>
      <li>
        <p className="mb-1">{host.address}:</p>
        <CopyLine text={`${panel}${path}`} label="Copy the address" />
      </li>
      <li>
        {secret === undefined ? (
          `${host.secret}: it was shown when it was made. Make a new one if it is lost.`
        ) : (
          <>
            <p className="mb-1">{host.secret}, which is shown only now:</p>
            <CopyLine text={secret} label="Copy the secret" />
          </>
        )}
      </li>
      {host.then.map((line) => (
        <li key={line} className="break-words">
          {line}
        </li>
      ))}
    </ol>
  )
}
