'use client'
// The logs that an environment's programs write on its server: which there are, and one of them, live.
import { RefreshCw } from 'lucide-react'
import Link from 'next/link'
import { useEffect, useState } from 'react'
import type { LogFilesView } from '@/lib/api/shapes-overview.ts'
import { formatBytes } from '@/lib/format/bytes.ts'
import { Empty } from '../empty.tsx'
import { Complaint } from '../form/form.tsx'
import { stepKey } from '../log/lines.ts'
import { LogViewer } from '../log/log-viewer.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { ask } from './ask.ts'
import { fileSegment, useLogFile } from './use-log-file.ts'

export function ServerLogs({ environmentId }: { environmentId: string }) {
  const { files, problem, again } = useFiles(environmentId)
  const [chosen, setChosen] = useState<string | null>(null)
  const path = chosen ?? files?.files[0]?.path ?? null

  if (problem !== null)
    return (
      <div role="alert" className="grid justify-items-start gap-3">
        <Complaint refusal={{ code: 'unavailable', message: problem, details: {} }} />
        <div className="flex flex-wrap gap-2">
          <button type="button" onClick={again} className={buttonStyle.plain}>
            Try again
          </button>
          <Link href={`/environments/${environmentId}?tab=servers`} className={buttonStyle.quiet}>
            Check the server
          </Link>
        </div>
      </div>
    )
  if (files === null)
    return (
      <p role="status" className="text-ink-soft">
        Asking the server …
      </p>
    )
  if (files.files.length === 0)
    return (
      <Empty title="No logs on the server">
        What programs write to files in <code className="font-mono">{files.folder}</code> on {files.server} is shown
        here, live. The folder outlives releases.
      </Empty>
    )
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[18rem_minmax(0,1fr)]">
      <section aria-label="Files" className={`${cardStyle} max-h-60 self-start overflow-y-auto lg:max-h-[70dvh]`}>
        <div className="flex items-center justify-between gap-2 border-b py-1 pl-4 pr-2">
          <p className="min-w-0 truncate text-xs text-ink-soft" title={files.folder}>
            {files.server}: <span className="font-mono">{files.folder}</span>
          </p>
          <button type="button" onClick={again} aria-label="Read the list again" className={buttonStyle.quiet}>
            <RefreshCw aria-hidden size={14} />
          </button>
        </div>
        <ul className="py-1">
          {files.files.map((file) => (
            <li key={file.path}>
              <button
                type="button"
                aria-pressed={file.path === path}
                onClick={() => setChosen(file.path)}
                className="grid w-full grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-4 py-1.5 text-left hover:bg-sunken aria-pressed:bg-accent-soft"
              >
                <span className="break-all font-mono text-xs leading-5">{file.path}</span>
                <span className="figures text-xs leading-5 text-ink-soft">{formatBytes(file.bytes)}</span>
                <RelativeTime at={file.changedAt} className="text-xs text-ink-soft" />
              </button>
            </li>
          ))}
        </ul>
        {files.isCut && (
          <p className="border-t px-4 py-2 text-xs text-ink-soft">Only the {files.files.length} newest are listed.</p>
        )}
      </section>
      <FollowedFile key={path} environmentId={environmentId} path={path} />
    </div>
  )
}

function FollowedFile({ environmentId, path }: { environmentId: string; path: string | null }) {
  const { log, isLoading, problem, note } = useLogFile(environmentId, path)
  return (
    <div className="min-w-0">
      <p role="status" className="mb-2 text-xs text-ink-soft empty:hidden">
        {problem ? <span className="text-bad">{problem} Trying again …</span> : note}
      </p>
      <div className="h-[70dvh] min-h-96">
        <LogViewer
          log={log}
          names={new Map([[stepKey(fileSegment, 1), path ?? '']])}
          isLive
          only={null}
          onOnly={() => {}}
          openAt={null}
          rawHref={null}
          isLoading={isLoading}
        />
      </div>
    </div>
  )
}

function useFiles(environmentId: string) {
  const [files, setFiles] = useState<LogFilesView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [time, setTime] = useState(0)
  useEffect(() => {
    const abort = new AbortController()
    ask<LogFilesView>(`/environments/${environmentId}/logs/files`, abort.signal).then(
      (found) => {
        setFiles(found)
        setProblem(null)
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setProblem(error instanceof Error ? error.message : 'The panel doesn’t answer.')
      },
    )
    return () => abort.abort()
  }, [environmentId, time])
  return { files, problem, again: () => setTime((before) => before + 1) }
}
