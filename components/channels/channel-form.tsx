'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { createChannel } from '@/app/actions/channels.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { ChannelView } from '@/lib/api/shapes-channels.ts'
import { toldEvents } from '@/lib/deploy/telling.ts'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'
import { Boxes } from './boxes.tsx'
import { ConfigFields, readConfig } from './config-fields.tsx'
import { eventWords, kinds, usualEvents, type ChannelKind } from './kinds.ts'

export function ChannelForm({ project }: { project: ProjectView }) {
  const router = useRouter()
  const [kind, setKind] = useState<ChannelKind>('slack')
  const places = project.environments.length > 1 ? project.environments : []
  return (
    <section className={`${cardStyle} grid gap-3 p-5`}>
      <h2 className="font-semibold">Tell somebody</h2>
      <Form
        label="Tell somebody"
        act={createChannel}
        read={(data) => ({
          projectId: project.id,
          name: String(data.get('name')),
          config: readConfig(kind, data),
          events: data.getAll('events') as ChannelView['events'],
          environmentIds: data.getAll('environmentIds').map(String),
        })}
        done={(made) => {
          toast.success(`${made.name} is told from now on. Test it to see whether it arrives.`)
          router.refresh()
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            name="kind"
            label="How"
            value={kind}
            onChange={(event) => setKind(event.target.value as ChannelKind)}
          >
            {Object.entries(kinds).map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </SelectField>
          <Field name="name" label="Name" placeholder="#deployments" autoComplete="off" required />
          <ConfigFields key={kind} kind={kind} />
        </div>
        <Boxes key={kind} legend="Of what" name="events" on={usualEvents(kind)}>
          {toldEvents.map((event) => [event, eventWords[event]])}
        </Boxes>
        {places.length > 0 && (
          <Boxes legend="Only in these environments; none chosen: in all" name="environmentIds" on={[]}>
            {places.map(({ id, name }) => [id, name])}
          </Boxes>
        )}
        <div>
          <SubmitButton busyText="Adding…">Add it</SubmitButton>
        </div>
      </Form>
    </section>
  )
}
