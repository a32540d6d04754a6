// The lifecycle drawn in order: what Fairlead does, and the hooks where they run.
import type { EnvironmentView, HookView } from '@/lib/api/shapes.ts'
import type { LifecycleEvent } from '@/lib/deploy/types.ts'
import { cardStyle } from '../style.ts'
import { HookEditor } from './hook-editor.tsx'

type Stop = { event: LifecycleEvent; stops: boolean } | { does: string }

const ways: { title: string; about: string; stops: Stop[] }[] = [
  {
    title: 'Deploy',
    about: 'A new release is made beside the live one; visitors see it only after the switch.',
    stops: [
      { does: 'Check the server: room, rights, what is live' },
      { event: 'before.pull', stops: false },
      { does: 'Bring the files of the commit, make the release, write its variables' },
      { event: 'after.pull', stops: true },
      { does: 'Set permissions' },
      { event: 'before.deploy', stops: true },
      { does: 'Mark the release complete, switch “current” to it' },
      { event: 'after.deploy', stops: false },
      { event: 'deploy.success', stops: false },
      { does: 'Remove the oldest releases' },
    ],
  },
  {
    title: 'When a deployment fails',
    about: 'The live release stays as it was.',
    stops: [{ event: 'deploy.failure', stops: false }],
  },
  {
    title: 'Activate or roll back',
    about: 'An earlier release becomes live again, with the variables it had.',
    stops: [
      { event: 'rollback/before', stops: true },
      { does: 'Verify the release, switch “current” to it' },
      { event: 'rollback/after', stops: false },
    ],
  },
  {
    title: 'Change variables of the live release',
    about: 'The new file is put in place by one rename.',
    stops: [
      { event: 'config/before-change', stops: true },
      { does: 'Replace .env' },
      { event: 'config/after-change', stops: false },
    ],
  },
]

/** `seen`: events that the repository had a file for when the last deployment was planned. */
type PipelineProps = {
  environment: EnvironmentView
  hooks: HookView[]
  seen: { number: number; events: LifecycleEvent[] } | null
}

export function Pipeline({ environment, hooks, seen }: PipelineProps) {
  return (
    <div className="grid gap-6">
      <p className="max-w-prose text-ink-soft">
        A hook is a bash script that runs at its place here.{' '}
        {environment.repositoryHooks
          ? 'Files of these names in .amezmo/ or .fairlead/ of the repository run too, before the ones written here.'
          : 'Hooks in the repository are switched off for this environment.'}
      </p>
      {ways.map(({ title, about, stops }) => (
        <section key={title}>
          <h2 className="font-semibold">{title}</h2>
          <p className="mb-2 text-ink-soft">{about}</p>
          <ol
            className={`${cardStyle} relative overflow-hidden py-2 before:absolute before:bottom-6 before:left-[1.4375rem] before:top-6 before:w-px before:bg-line`}
          >
            {stops.map((stop) =>
              'does' in stop ? (
                <li key={stop.does} className="relative flex items-center gap-3 px-4 py-1.5 text-ink-soft">
                  <span
                    aria-hidden
                    className="mx-1 size-2 shrink-0 rounded-full border-2 border-panel bg-line-strong outline outline-1 outline-line-strong"
                  />{' '}
                  {stop.does}
                </li>
              ) : (
                <li key={stop.event} id={stop.event}>
                  <HookEditor
                    environmentId={environment.id}
                    event={stop.event}
                    stops={stop.stops}
                    hook={hooks.find(({ event }) => event === stop.event) ?? null}
                    seenIn={seen?.events.includes(stop.event) ? seen.number : null}
                  />
                </li>
              ),
            )}
          </ol>
        </section>
      ))}
    </div>
  )
}
