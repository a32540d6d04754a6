'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { activateRelease, requestDeployment } from '@/app/actions/deployments.ts'
import { applyConfigFiles } from '@/app/actions/files.ts'
import { applyVariables } from '@/app/actions/variables.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { PreviewView } from '@/lib/api/shapes-preview.ts'
import { formatBytes } from '@/lib/format/bytes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { Complaint } from '../form/form.tsx'
import { attempt, type Refusal } from '../form/outcome.ts'
import { StatusBadge } from '../status-badge.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { ChangeLists, changeSentence } from './compare-lists.tsx'
import { NoAnswer } from './no-answer.tsx'
import { useAnswer } from './preview-answer.ts'
import { PreviewContents } from './preview-contents.tsx'
import { ServerSteps } from './preview-steps.tsx'

export type Wanted = { ref: string } | { release: number } | { variables: number } | { files: 'newest' }
type PreviewScreenProps = {
  environment: EnvironmentView
  wanted: Wanted
  /** Names or ids, with commas between them; left out = all servers. */
  servers?: string | undefined
}

/** What would run and what would change, read now; and the button that does just that or nothing. */
export function PreviewScreen({ environment, wanted, servers }: PreviewScreenProps) {
  const asked = { ...wanted, ...(servers ? { servers } : {}) }
  const query = Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)]))
  const { outcome, again } = useAnswer<PreviewView>(environment.id, 'plan', query)
  if (!outcome)
    return (
      <p role="status" className={`${cardStyle} min-h-64 p-5 text-ink-soft`}>
        Planning: the repository is fetched, hooks and variables are read. No server is touched.
      </p>
    )
  if (!outcome.ok) return <NoAnswer refusal={outcome.error} again={again} />
  return <Preview environment={environment} wanted={wanted} servers={servers} preview={outcome.value} again={again} />
}

type PreviewProps = PreviewScreenProps & { preview: PreviewView; again: () => void }

function Preview({ environment, wanted, servers: only, preview, again }: PreviewProps) {
  const { live, commit, change, findings, disk, servers, exports } = preview
  return (
    <div className="grid gap-5">
      <section aria-label="What changes" className={`${cardStyle} grid gap-4 p-4`}>
        <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h2 className="font-semibold">{live ? changeSentence(preview) : 'The first release'}</h2>
            <p className="text-ink-soft">
              {commit ? (
                <>
                  {commit.subject} <code className="font-mono text-xs">{shortSha(commit.sha)}</code>
                </>
              ) : (
                'Its commit is not in the repository any more.'
              )}
              {live && ` in place of ${live.number === null ? live.name : `release ${live.number}`}`}
            </p>
            <p className="text-ink-soft">
              <span className="figures">{formatBytes(disk.sendBytes)}</span> to send
              {disk.needBytes > 0 && (
                <>
                  , <span className="figures">{formatBytes(disk.needBytes)}</span> of disk needed
                </>
              )}
              .{preview.kind === 'deploy' ? ' Becomes ' : ' Live is then '}
              <code className="break-words font-mono text-xs">{preview.release}</code>.
            </p>
          </div>
          <Agree environment={environment} wanted={wanted} servers={only} preview={preview} again={again} />
        </div>
        {preview.strategy.length > 0 && <p className="max-w-prose">{preview.strategy.join(' ')}</p>}
        {live && change === null && (
          <p className="text-warn">The commit of the live release is gone from the repository: no files to compare.</p>
        )}
        {live && <ChangeLists {...preview} />}
        <PreviewContents contents={preview.contents} />
      </section>
      {findings.length > 0 && (
        <ul aria-label="Findings" className={`${cardStyle} divide-y`}>
          {findings.map((finding) => (
            <li key={`${finding.code} ${finding.path} ${finding.message}`} className="flex gap-3 px-4 py-2">
              <StatusBadge status={finding.level} />
              <span className="min-w-0 break-words">
                {finding.message} {finding.hint && <span className="text-ink-soft">{finding.hint}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {servers.map((server) => (
        <ServerSteps key={server.targetId} server={server} exports={exports} />
      ))}
    </div>
  )
}

/** Sends the hash of what is on the page: if anything differs by now, that is said instead. */
function Agree({ environment, wanted, servers: only, preview, again }: PreviewProps) {
  const router = useRouter()
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [busy, setBusy] = useState(false)
  async function run() {
    if (busy) return
    setBusy(true)
    setRefusal(null)
    const on = only ? { servers: only } : {}
    const both = { environmentId: environment.id, expectedHash: preview.planHash, ...on }
    const outcome =
      'ref' in wanted
        ? await attempt(requestDeployment, { ...both, ref: wanted.ref })
        : 'release' in wanted
          ? await attempt(activateRelease, { ...both, number: wanted.release })
          : 'files' in wanted
            ? await attempt(applyConfigFiles, both)
            : await attempt(applyVariables, { ...both, number: wanted.variables })
    setBusy(false)
    if (outcome.ok) router.push(`/deployments/${outcome.value.id}`)
    else setRefusal(outcome.error)
  }
  return (
    <div className="grid max-w-md gap-3 sm:justify-items-end">
      <button
        type="button"
        onClick={() => void run()}
        aria-disabled={busy}
        className={`${buttonStyle.primary} ${busy ? 'opacity-60' : ''}`}
      >
        {busy
          ? 'Looking again…'
          : `${'ref' in wanted ? 'Deploy' : 'release' in wanted ? 'Activate' : 'Apply'} exactly this`}
      </button>
      <div role="alert" className="grid gap-2 empty:hidden">
        {refusal && <Complaint refusal={refusal} />}
        {refusal?.code === 'plan_changed' && (
          <button type="button" className={buttonStyle.plain} onClick={again}>
            Show the plan of now
          </button>
        )}
      </div>
    </div>
  )
}
