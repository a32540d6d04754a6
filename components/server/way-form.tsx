'use client'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { updateServer } from '@/app/actions/servers.ts'
import type { ServerView } from '@/lib/api/shapes.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { JumpField, type JumpChoice } from './jump-field.tsx'

/** The server's name in the panel, its labels, and the way to it. */
export function WayForm({ server, choices }: { server: ServerView; choices: JumpChoice[] }) {
  const router = useRouter()
  return (
    <Form
      label="Name and way"
      act={updateServer}
      read={(data) => ({
        id: server.id,
        name: String(data.get('name')),
        labels: String(data.get('labels')),
        ...(data.has('jumpId') ? { jumpId: String(data.get('jumpId')) } : {}),
      })}
      done={() => {
        toast.success('Saved.')
        router.refresh()
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field name="name" label="Name in this panel" defaultValue={server.name} autoComplete="off" required />
        <Field
          name="labels"
          label="Labels"
          defaultValue={server.labels.join(', ')}
          autoComplete="off"
          autoCapitalize="none"
          hint="Words by which hooks find their servers: web, cron."
        />
        {choices.length > 0 && <JumpField choices={choices} value={server.jump?.id ?? null} />}
      </div>
      <div>
        <SubmitButton busyText="Saving…">Save</SubmitButton>
      </div>
    </Form>
  )
}
