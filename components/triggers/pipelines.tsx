import Link from 'next/link'
import { CopyButton } from '../copy-button.tsx'
import { cardStyle, linkStyle } from '../style.ts'

/** `text`: a file to copy whole. */
export type PipelineText = { host: string; file: string; text: string; tokenPlace: string }

/** What a pipeline of continuous integration has to hold to deploy here, for those who would rather tell when than have it found out. */
export function Pipelines({ pipelines }: { pipelines: PipelineText[] }) {
  return (
    <section className={`${cardStyle} grid gap-4 p-5`} aria-labelledby="pipelines">
      <div className="grid gap-1">
        <h2 id="pipelines" className="font-semibold">
          From a pipeline
        </h2>
        <p className="text-ink-soft">
          Continuous integration deploys by a token: make one that may deploy under{' '}
          <Link href="/account" className={linkStyle}>
            Account
          </Link>
          , keep it as FAIRLEAD_TOKEN where it says, and put one of these into the repository. The job ends as the
          deployment ends.
        </p>
      </div>
      {pipelines.map(({ host, file, text, tokenPlace }) => (
        <details key={host}>
          <summary className="w-fit rounded text-ink-soft hover:text-ink">{host}</summary>
          <p className="mb-2 mt-3 text-ink-soft">
            <code className="font-mono text-xs text-ink">{file}</code>; the token goes into {tokenPlace}.
          </p>
          <div className="flex items-start gap-1 rounded-one border bg-sunken py-1.5 pl-3 pr-1.5">
            <pre
              tabIndex={0}
              aria-label={`Pipeline for ${host}`}
              className="min-w-0 flex-1 overflow-x-auto py-0.5 font-mono text-xs leading-5"
            >
              {text}
            </pre>
            <CopyButton small text={text} label={`Copy the pipeline for ${host}`} />
          </div>
        </details>
      ))}
    </section>
  )
}
