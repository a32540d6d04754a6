'use client'
import Link from 'next/link'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { PreviewView } from '@/lib/api/shapes-preview.ts'
import { linkStyle } from '../style.ts'
import { ChangeLists, changeSentence } from './compare-lists.tsx'
import { useSettled } from './deploy-settled.ts'
import { useAnswer } from './preview-answer.ts'

/** What is the matter with `chosen` itself; the list of commits says whatever else there is. */
const ofTheRef = ['not_found', 'invalid']

type DeployChangeProps = {
  environment: EnvironmentView
  /** Branch, tag or commit; '' = the environment's branch. */
  chosen: string
  /** Ids of the servers that it is for; null = all. */
  servers: string[] | null
}

/** What deploying `chosen` would change against the live release, and the way to the whole plan. */
export function DeployChange({ environment, chosen, servers }: DeployChangeProps) {
  const ref = useSettled(chosen)
  const only: Record<string, string> = servers && servers.length > 0 ? { servers: servers.join() } : {}
  const { outcome } = useAnswer<PreviewView>(environment.id, 'plan', { ref: ref || environment.branch, ...only })
  const query = new URLSearchParams({ ref: chosen || environment.branch, ...only })
  const isKnown = ref === chosen && outcome !== null
  return (
    <section aria-label="What will change" className="rounded-one border">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-3 py-2">
        <p role="status" className="min-w-0 font-medium break-words">
          {!isKnown ? (
            <span className="font-normal text-ink-soft">Looking at what will change…</span>
          ) : !outcome.ok ? (
            <span className="font-normal text-ink-soft">
              {ofTheRef.includes(outcome.error.code) ? outcome.error.message : 'What will change is not known now.'}
            </span>
          ) : outcome.value.live ? (
            changeSentence(outcome.value)
          ) : (
            'The first release: everything is new'
          )}
        </p>
        {/* Of none chosen there is no plan: the page would show that of all. */}
        {servers?.length !== 0 && (
          <Link className={linkStyle} href={`/environments/${environment.id}/preview?${query}`}>
            Preview plan
          </Link>
        )}
      </div>
      {isKnown && outcome.ok && outcome.value.live && (
        <details className="border-t px-3 py-2">
          <summary className="text-ink-soft hover:text-ink">Commits, files, variables and hooks</summary>
          <div className="pt-2">
            <ChangeLists {...outcome.value} />
          </div>
        </details>
      )}
    </section>
  )
}
