import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { PreviewFile, PreviewServer, PreviewStep } from '@/lib/api/shapes-preview.ts'
import { formatDuration } from '@/lib/format/time.ts'
import { stepTitle } from '../deployment/step-title.ts'
import { cardStyle } from '../style.ts'
import { targetNames } from './config-file-targets.ts'

/** Everything that one server is told to do, in order; each step opens to the very text that runs. */
export function ServerSteps({ server, exports }: { server: PreviewServer; exports: Record<string, string> }) {
  const main = server.steps.filter(({ phase }) => phase === 'main')
  const failing = server.steps.filter(({ phase }) => phase === 'failure')
  const names = Object.keys(exports).sort()
  return (
    <section aria-label={`Steps on ${server.server}`} className={`${cardStyle} overflow-hidden`}>
      <header className="flex flex-wrap items-baseline gap-x-3 border-b px-4 py-2.5">
        <h2 className="font-semibold">{server.server}</h2>
        <span className="min-w-0 break-all font-mono text-xs text-ink-soft">
          {server.user}@{server.host}:{server.root}
        </span>
      </header>
      <Steps steps={main} user={server.user} />
      {failing.length > 0 && (
        <Folded title="Only if a step above fails">
          <Steps steps={failing} user={server.user} />
        </Folded>
      )}
      {server.undo.length > 0 && (
        <Folded title="Only if something fails after the switch: what puts the release before back">
          <Steps steps={server.undo} user={server.user} />
        </Folded>
      )}
      <Folded title="What every hook finds in its environment, beside the variables">
        <dl className="grid gap-x-4 px-4 pb-3 sm:grid-cols-[max-content_minmax(0,1fr)]">
          {names.map((name) => (
            <div key={name} className="contents font-mono text-xs leading-5">
              <dt className="text-ink-soft">{name}</dt>
              <dd className="mb-1 break-all sm:mb-0">{exports[name]}</dd>
            </div>
          ))}
        </dl>
      </Folded>
      <Folded title="The whole program that the server is sent">
        <Script text={server.program} label="The whole program" />
      </Folded>
    </section>
  )
}

function Steps({ steps, user }: { steps: PreviewStep[]; user: string }) {
  return (
    <ol className="divide-y">
      {steps.map((step) => (
        <li key={step.n}>
          <details className="group">
            <summary className="grid grid-cols-[1rem_1.5rem_minmax(0,1fr)] items-baseline gap-x-2 px-3 py-2 hover:bg-sunken sm:grid-cols-[1rem_1.5rem_minmax(0,1fr)_7rem_5rem_9rem] [&::-webkit-details-marker]:hidden">
              <ChevronRight aria-hidden size={14} className="self-center text-ink-soft group-open:rotate-90" />
              <span className="figures text-right text-ink-soft">{step.n}</span>
              <span className="min-w-0">
                <span className={step.event ? 'break-all font-mono text-[13px]' : 'font-medium'}>
                  {stepTitle(step.name)}
                </span>
                {step.origin !== 'fairlead' && (
                  <span className="ml-2 text-xs text-ink-soft">
                    {step.origin === 'panel' ? 'from the panel' : (step.path ?? 'from the repository')}
                  </span>
                )}
              </span>
              <span className="flex flex-wrap gap-x-3 text-xs text-ink-soft max-sm:col-start-3 sm:contents">
                <span>as {step.user ?? user}</span>
                <span>≤ {formatDuration(step.timeoutMs)}</span>
                <span className={step.failure === 'ignored' ? 'text-warn' : undefined}>
                  {step.failure === 'ignored' ? 'failure is ignored' : 'failure stops'}
                </span>
              </span>
            </summary>
            {step.files.length > 0 && <Files files={step.files} />}
            {step.text === null ? (
              <p className="px-4 pb-3 text-ink-soft">Its commit is not in the repository any more: nothing runs.</p>
            ) : (
              <Script text={step.text} label={`Text of ${step.name}`} />
            )}
          </details>
        </li>
      ))}
    </ol>
  )
}

const changeWords = { added: 'new', changed: 'changed', same: 'unchanged', removed: 'taken away' } as const

/** Which files a step writes, as whose and with which permissions; never what is in them. */
function Files({ files }: { files: PreviewFile[] }) {
  return (
    <ul aria-label="Files" className="border-t px-4 py-2">
      {files.map(({ target, path, owner, group, mode, change }) => (
        <li key={`${target} ${path}`} className="flex flex-wrap gap-x-3 leading-6">
          <code className="min-w-0 break-all font-mono text-xs leading-6">{path}</code>
          <span className="text-xs leading-6 text-ink-soft">
            {targetNames[target]}
            {mode && ` · ${mode}`}
            {(owner ?? group) && ` · ${owner ?? ''}:${group ?? ''}`} ·{' '}
            <span className={change === 'same' ? undefined : 'text-ink'}>{changeWords[change]}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

function Folded({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className="group border-t">
      <summary className="flex items-baseline gap-2 px-3 py-2 text-ink-soft hover:bg-sunken hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden size={14} className="shrink-0 self-center group-open:rotate-90" /> {title}
      </summary>
      {children}
    </details>
  )
}

function Script({ text, label }: { text: string; label: string }) {
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      className="max-h-96 overflow-auto border-t bg-log px-4 py-3 font-mono text-xs leading-5"
    >
      {text || '(empty)'}
    </pre>
  )
}
