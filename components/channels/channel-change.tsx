'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { updateChannel } from '@/app/actions/channels.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { ChannelView } from '@/lib/api/shapes-channels.ts'
import { toldEvents } from '@/lib/deploy/telling.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { Boxes } from './boxes.tsx'
import { ConfigFields, readConfig } from './config-fields.tsx'
import { eventWords } from './kinds.ts'

/** Its name, what it is told of, and where it goes: that is never read back, and so given anew or left as it is. */
export function ChannelChange({ channel, project }: { channel: ChannelView; project: ProjectView }) {
  const router = useRouter()
  const { id, kind, name, shown, events, environmentIds } = channel
  const [isMoved, setMoved] = useState(false)
  const hasPlaces = project.environments.length > 1
  return (
    <Form
      label={`Change ${name}`}
      className="mt-3 grid gap-4"
      act={updateChannel}
      read={(data) => ({
        id,
        name: String(data.get('name')),
        ...(isMoved ? { config: readConfig(kind, data) } : {}),
        events: data.getAll('events') as ChannelView['events'],
        // Without boxes nobody chose any: what is stored stays.
        ...(hasPlaces ? { environmentIds: data.getAll('environmentIds').map(String) } : {}),
      })}
      done={() => {
        setMoved(false)
        toast.success(
          isMoved ? 'Saved. Test it to see whether it arrives.' : 'Saved. It counts from the next deployment on.',
        )
        router.refresh()
      }}
    >
      <div className="max-w-96">
        <Field name="name" label="Name" defaultValue={name} autoComplete="off" required />
      </div>
      <label className="flex min-h-6 items-center gap-2 pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={isMoved}
          onChange={(event) => setMoved(event.target.checked)}
          className="accent-(--accent)"
        />
        <span className="min-w-0">
          {givenAnew[kind]} anew <span className="text-ink-soft">(now {shown})</span>
        </span>
      </label>
      {isMoved && (
        <div className="grid gap-4 sm:grid-cols-2">
          <ConfigFields kind={kind} addresses={shown.replaceAll(', ', '\n')} />
        </div>
      )}
      <Boxes legend="Of what" name="events" on={events}>
        {toldEvents.map((event) => [event, eventWords[event]])}
      </Boxes>
      {hasPlaces && (
        <Boxes legend="Only in these environments; none chosen: in all" name="environmentIds" on={environmentIds}>
          {project.environments.map(({ id, name }) => [id, name])}
        </Boxes>
      )}
      <div>
        <SubmitButton kind="plain" busyText="Saving…">
          Save the changes
        </SubmitButton>
      </div>
    </Form>
  )
}

const givenAnew: Record<ChannelView['kind'], string> = {
  email: 'Give the addresses',
  slack: 'Give the address',
  discord: 'Give the address',
  teams: 'Give the address',
  webhook: 'Give address and secret',
  github: 'Give address, repository and token',
  gitlab: 'Give address, repository and token',
  gitea: 'Give address, repository and token',
}
