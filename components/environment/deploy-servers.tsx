'use client'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { differing, whatIsThere } from '@/lib/format/servers-differ.ts'
import { useFormState } from '../form/form.tsx'
import { buttonStyle } from '../style.ts'

type DeployServersProps = {
  environment: EnvironmentView
  /** Ids of targets; null = all. */
  chosen: string[] | null
  onChoose: (chosen: string[] | null) => void
}

/** Which of several servers it is for: all, unless somebody says otherwise. */
export function DeployServers({ environment: { targets, live }, chosen, onChoose }: DeployServersProps) {
  const problem = useFormState().problems.get('servers')
  if (targets.length < 2) return null
  const ids = targets.map(({ id }) => id)
  const outdated = live ? differing(targets, live.number).map(({ id }) => id) : []
  const now = chosen ?? ids
  const choose = (wanted: string[]) => onChoose(wanted.length === ids.length ? null : wanted)
  return (
    <details open={chosen !== null || outdated.length > 0} className="rounded-one border px-3 py-2">
      <summary className="text-ink-soft hover:text-ink">
        On {chosen === null ? `all ${ids.length} servers` : `${chosen.length} of ${ids.length} servers`}
      </summary>
      <fieldset className="mt-2 grid gap-1.5">
        <legend className="sr-only">On which servers</legend>
        <div className="grid max-h-48 gap-x-4 gap-y-1 overflow-y-auto sm:grid-cols-2">
          {targets.map((target) => (
            <label key={target.id} className="flex min-w-0 items-center gap-2">
              <input
                type="checkbox"
                checked={now.includes(target.id)}
                onChange={({ target: { checked } }) =>
                  choose(ids.filter((id) => (id === target.id ? checked : now.includes(id))))
                }
                className="shrink-0 accent-(--accent)"
              />
              <span className="min-w-0 break-words">
                {target.server}
                {live && <span className="text-ink-soft"> {whatIsThere(target)}</span>}
              </span>
            </label>
          ))}
        </div>
        {now.length === 0 && <p className="text-bad">Choose at least one.</p>}
        {problem && <p className="text-bad">{problem.message}</p>}
        <div className="flex flex-wrap gap-2">
          {chosen !== null && (
            <button type="button" className={buttonStyle.quiet} onClick={() => onChoose(null)}>
              All of them
            </button>
          )}
          {outdated.length > 0 && outdated.length < ids.length && (
            <button type="button" className={buttonStyle.quiet} onClick={() => choose(outdated)}>
              Only those without the live release
            </button>
          )}
        </div>
      </fieldset>
    </details>
  )
}
