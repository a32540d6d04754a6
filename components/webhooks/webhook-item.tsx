'use client'
import { useRouter } from 'next/navigation'
import { removeWebhook, rotateWebhookSecret } from '@/app/actions/webhooks.ts'
import type { WebhookView } from '@/lib/api/shapes-webhooks.ts'
import { ActButton } from '../form/act-button.tsx'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { RelativeTime } from '../time.tsx'
import { VerdictBadge } from './verdict-badge.tsx'
import { hosts } from './hosts.ts'
import { SetUp } from './set-up.tsx'

type WebhookItemProps = {
  webhook: WebhookView
  panel: string
  secret: string | undefined
  made: (secret: string) => void
}

/** So long what counted before a new secret counts as well: time to paste it. */
const overlapHours = 24

export function WebhookItem({ webhook, panel, secret, made }: WebhookItemProps) {
  const router = useRouter()
  const { id, provider, createdBy, createdAt, overlapUntil, lastDelivery } = webhook
  const { word } = hosts[provider]
  return (
    <li className="grid gap-3 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-2">
            {word} {lastDelivery && <VerdictBadge verdict={lastDelivery.verdict} />}
          </p>
          <p className="break-words text-xs text-ink-soft">
            Made by {createdBy}, <RelativeTime at={createdAt} />.{' '}
            {lastDelivery ? (
              <>
                Told something <RelativeTime at={lastDelivery.at} />
                {lastDelivery.verdict === 'accepted' ? '.' : `: ${lastDelivery.words}`}
              </>
            ) : (
              'Nothing came in yet.'
            )}
            {overlapUntil && (
              <>
                {' '}
                What counted before its newest secret ends <RelativeTime at={overlapUntil} />.
              </>
            )}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <ActButton
            busyText="Making it…"
            act={() => rotateWebhookSecret({ webhookId: id, overlapHours })}
            done={(answer) => made(answer.secret)}
          >
            New secret
          </ActButton>
          <ConfirmButton word="Remove" act={() => removeWebhook({ webhookId: id })} done={() => router.refresh()}>
            What comes in through this webhook of {word} is refused from now on, and what came in is forgotten.
          </ConfirmButton>
        </div>
      </div>
      {secret === undefined ? (
        <details>
          <summary className="w-fit rounded text-ink-soft hover:text-ink">How it is set up there</summary>
          <div className="mt-3">
            <SetUp webhook={webhook} panel={panel} />
          </div>
        </details>
      ) : (
        <div role="status" className="rounded-one border bg-good-soft p-3">
          <SetUp webhook={webhook} panel={panel} secret={secret} />
          {overlapUntil && <p className="mt-2">What is entered there now counts for another day.</p>}
        </div>
      )}
    </li>
  )
}
