'use client'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { removeChannel, testChannel } from '@/app/actions/channels.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { ChannelView } from '@/lib/api/shapes-channels.ts'
import { ActButton } from '../form/act-button.tsx'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { cardStyle } from '../style.ts'
import { ChannelChange } from './channel-change.tsx'
import { eventWords, kinds } from './kinds.ts'

/** Who is told of a project's deployments. */
export function Channels({ project, channels }: { project: ProjectView; channels: ChannelView[] }) {
  return (
    <section className={cardStyle} aria-label="Who is told">
      {channels.length === 0 && (
        <p className="px-4 py-3 text-ink-soft">
          Chats, mailboxes, programs and Git hosts that are told what happens to deployments of {project.name} stand
          here. There is none.
        </p>
      )}
      <ul className="divide-y empty:hidden">
        {channels.map((channel) => (
          <li key={channel.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-0 flex-1 basis-64">
              <p className="break-words">
                {channel.name}{' '}
                <span className="text-ink-soft">
                  {kinds[channel.kind]}, {channel.shown}
                </span>
              </p>
              <p className="break-words text-xs text-ink-soft">
                {channel.events.length === 0
                  ? 'nothing: the environments that it was told of are gone'
                  : `${channel.events.map((event) => eventWords[event]).join(', ')}; ${placesOf(channel, project)}`}
              </p>
            </div>
            {project.can.configure && <Buttons channel={channel} />}
            {project.can.configure && (
              <details className="basis-full">
                <summary aria-label={`Change ${channel.name}`} className="w-fit rounded text-ink-soft hover:text-ink">
                  Change
                </summary>
                <ChannelChange channel={channel} project={project} />
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Buttons({ channel: { id, name, shown } }: { channel: ChannelView }) {
  const router = useRouter()
  return (
    <div className="flex flex-wrap gap-2">
      <ActButton
        busyText="Sending…"
        label={`Test ${name}`}
        act={() => testChannel({ id })}
        done={() => {
          toast.success('A test is on its way. What comes of it stands among the messages.')
          router.refresh()
        }}
      >
        Test
      </ActButton>
      <ConfirmButton word="Remove" act={() => removeChannel({ id })} done={() => router.refresh()}>
        {name} ({shown}) is told nothing any more, and what it was told is forgotten.
      </ConfirmButton>
    </div>
  )
}

function placesOf({ environmentIds }: ChannelView, { environments }: ProjectView): string {
  if (environmentIds.length === 0) return 'all environments'
  return environments
    .filter(({ id }) => environmentIds.includes(id))
    .map(({ name }) => name)
    .join(', ')
}
