// What a deployment takes from other places than the repository itself.
import type { PreviewView } from '@/lib/api/shapes-preview.ts'
import { formatBytes } from '@/lib/format/bytes.ts'
import { shortSha } from '@/lib/format/revision.ts'

/** Each submodule with its commit, and how much Git LFS keeps. Nothing where there is neither. */
export function PreviewContents({ contents: { submodules, lfs } }: Pick<PreviewView, 'contents'>) {
  if (submodules.length === 0 && lfs === null) return null
  return (
    <div className="grid gap-1">
      {submodules.length > 0 && (
        <>
          <h3 className="font-semibold">
            Submodules <span className="figures font-normal text-ink-soft">{submodules.length}</span>
          </h3>
          <ul className="divide-y">
            {submodules.map(({ path, url, revision, before }) => (
              <li key={path} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 py-1">
                <span className="break-words font-mono text-xs leading-5">{path}</span>
                <code className="font-mono text-xs leading-5 text-ink-soft">
                  {before !== null && before !== revision && `${shortSha(before)} → `}
                  {shortSha(revision)}
                </code>
                <span className="col-span-2 truncate text-xs text-ink-soft" title={url}>
                  {url}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {lfs && (
        <p className="text-ink-soft">
          <span className="figures">{lfs.files}</span> {lfs.files === 1 ? 'file' : 'files'} from Git LFS,{' '}
          <span className="figures">{formatBytes(lfs.bytes)}</span>.
        </p>
      )}
    </div>
  )
}
