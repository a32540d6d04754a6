'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { sendAgain } from '@/app/actions/channels.ts'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { MessageView } from '@/lib/api/shapes-channels.ts'
import { ActButton } from '../form/act-button.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { buttonStyle, cardStyle, linkStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { eventWords } from './kinds.ts'

type MessagesProps = { project: ProjectView; messages: { items: MessageView[]; next: string | null } }

/** What was told, newest first, and what came of it. */
export function Messages({ project, messages: { items, next } }: MessagesProps) {
  if (items.length === 0) return null
  return (
    <section aria-labelledby="messages">
      <h2 id="messages" className="mb-2 font-semibold">
        Messages
      </h2>
      <ul className={`${cardStyle} divide-y`}>
        {items.map((message) => (
          <li key={message.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
            <span className="w-20 shrink-0">
              <StatusBadge status={message.state} />
            </span>
            <div className="min-w-0 flex-1 basis-64">
              <p className="break-words">
                <About message={message} project={project} />{' '}
                <span className="text-ink-soft">to {message.channel.name}</span>
              </p>
              <p className="break-words text-xs text-ink-soft">
                <RelativeTime at={message.sentAt ?? message.createdAt} />
                {message.attempts > 1 && `, after ${message.attempts} tries`}
                {message.attempts > 0 && message.dueAt && (
                  <>
                    , again <RelativeTime at={message.dueAt} />
                  </>
                )}
                {message.answer && `: ${message.answer}`}
              </p>
            </div>
            {project.can.configure && message.state !== 'waiting' && <Again message={message} />}
          </li>
        ))}
      </ul>
      {next && (
        <Link href={`/projects/${project.id}?tab=notifications&cursor=${next}`} className={`${buttonStyle.plain} mt-4`}>
          Older
        </Link>
      )}
    </section>
  )
}

function About({ message: { event, deployment }, project }: { message: MessageView; project: ProjectView }) {
  if (!deployment) return <>A test</>
  const place = project.environments.find(({ id }) => id === deployment.environmentId)?.name
  return (
    <>
      <Link href={`/deployments/${deployment.id}`} className={linkStyle}>
        Deployment {deployment.number}
      </Link>
      {place && ` of ${place}`} {eventWords[event]}
    </>
  )
}

function Again({ message }: { message: MessageView }) {
  const router = useRouter()
  return (
    <ActButton
      busyText="Sending…"
      label={`Send message ${message.id} again`}
      act={() => sendAgain({ id: message.id })}
      done={() => router.refresh()}
    >
      Send again
    </ActButton>
  )
}
