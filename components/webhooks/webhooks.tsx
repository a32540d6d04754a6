'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { createWebhook } from '@/app/actions/webhooks.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { WebhookView } from '@/lib/api/shapes-webhooks.ts'
import { SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'
import { hosts, type Provider } from './hosts.ts'
import { WebhookItem } from './webhook-item.tsx'

type WebhooksProps = {
  project: ProjectView
  webhooks: WebhookView[]
  /** The address of the panel, as Git hosts reach it. */
  panel: string
}

/** Where Git hosts tell of a project's repository. */
export function Webhooks({ project, webhooks, panel }: WebhooksProps) {
  const router = useRouter()
  // By the webhook's id; it is never read back.
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const keep = (id: string, secret: string) => {
    setSecrets((before) => ({ ...before, [id]: secret }))
    router.refresh()
  }
  return (
    <div className="grid gap-6">
      <section className={cardStyle} aria-label="Webhooks">
        {webhooks.length === 0 && (
          <p className="px-4 py-3 text-ink-soft">
            By a webhook the Git host tells Fairlead of each push at once. What is deployed then, and where, the tab
            Triggers of each environment says. There is none.
          </p>
        )}
        <ul className="divide-y empty:hidden">
          {webhooks.map((webhook) => (
            <WebhookItem
              key={webhook.id}
              webhook={webhook}
              panel={panel}
              secret={secrets[webhook.id]}
              made={(secret) => keep(webhook.id, secret)}
            />
          ))}
        </ul>
      </section>
      <section className={`${cardStyle} grid gap-3 p-5`}>
        <h2 className="font-semibold">Make a webhook</h2>
        <Form
          label="Make a webhook"
          act={createWebhook}
          read={(data) => ({ projectId: project.id, provider: data.get('provider') as Provider })}
          done={({ webhook, secret }) => keep(webhook.id, secret)}
        >
          <div className="max-w-72">
            <SelectField name="provider" label="Git host" defaultValue={likely(project.repositoryUrl)}>
              {Object.entries(hosts).map(([value, { word }]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </SelectField>
          </div>
          <div>
            <SubmitButton busyText="Making it…">Make the webhook</SubmitButton>
          </div>
        </Form>
      </section>
    </div>
  )
}

/** What the repository's address says of its host. */
function likely(repositoryUrl: string): Provider {
  const names: [RegExp, Provider][] = [
    [/gitlab/i, 'gitlab'],
    [/bitbucket/i, 'bitbucket'],
    [/gitea|forgejo|codeberg/i, 'gitea'],
  ]
  return names.find(([name]) => name.test(repositoryUrl))?.[1] ?? 'github'
}
