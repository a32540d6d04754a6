'use client'
// Files that releases bring along: which there are, where they go, and one of them opened in place.
import { useState } from 'react'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import { formatBytes } from '@/lib/format/bytes.ts'
import { buttonStyle, cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { ConfigFileForm } from './config-file-form.tsx'
import { ConfigFileHistory } from './config-file-history.tsx'
import { targetNames } from './config-file-targets.ts'
import { ConfigFilesApply, serverNames } from './config-files-apply.tsx'

type FilesProps = { environment: EnvironmentView; files: ConfigFileView[] }

export function ConfigFiles({ environment, files }: FilesProps) {
  const environmentId = environment.id
  const canEdit = environment.can.configure
  const [open, setOpen] = useState<string | null>(null)
  const close = () => setOpen(null)
  return (
    <section aria-labelledby="files" className="mt-6">
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <h2 id="files" className="w-full font-semibold sm:w-auto">
          Files
        </h2>
        <p className="min-w-0 flex-1 basis-60 text-ink-soft">
          Credentials, certificates, settings: stored encrypted, brought along by each release, and back with it when it
          is activated.
        </p>
        {canEdit && open !== 'new' && (
          <button type="button" className={buttonStyle.plain} onClick={() => setOpen('new')}>
            Add a file
          </button>
        )}
      </div>
      <ConfigFilesApply environment={environment} files={files} />
      {open === 'new' && (
        <div className={`${cardStyle} mb-3 p-4`}>
          <ConfigFileForm environmentId={environmentId} file={null} close={close} />
        </div>
      )}
      {files.length > 0 && (
        <ul className={`${cardStyle} divide-y`}>
          {files.map((file) => (
            <li key={file.id} className="px-4 py-2">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <code className="min-w-0 break-all font-mono text-xs font-medium">{file.path}</code>
                <span className="figures text-ink-soft">
                  {file.target !== 'release' && `${targetNames[file.target]} · `}
                  {formatBytes(file.size)} · {file.mode}
                  {(file.owner ?? file.group) && ` · ${file.owner ?? ''}:${file.group ?? ''}`} ·{' '}
                  {file.isSecret ? 'secret' : 'readable'}
                </span>
                <span className="min-w-0 flex-1 basis-40 text-ink-soft">
                  {file.createdBy}, <RelativeTime at={file.createdAt} />
                  {!file.isLive && ' · not live yet'}
                  {file.onlyOn && ` · on ${serverNames(environment, file.onlyOn)} alone`}
                </span>
                <ConfigFileHistory environmentId={environmentId} file={file} canEdit={canEdit} />
                {canEdit && (
                  <button
                    type="button"
                    className={buttonStyle.quiet}
                    aria-expanded={open === file.id}
                    aria-label={`Edit ${file.path}`}
                    onClick={() => setOpen(open === file.id ? null : file.id)}
                  >
                    Edit
                  </button>
                )}
              </div>
              {open === file.id && <ConfigFileForm environmentId={environmentId} file={file} close={close} />}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
