'use client'
// What bash and ShellCheck on the server say of the script as it stands in the editor.
import { CircleCheck, CircleX, Info, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { checkScript } from '@/app/actions/hooks.ts'
import type { ScriptCheck, ScriptRemark } from '@/lib/api/shapes-hooks.ts'
import { ActButton } from '../form/act-button.tsx'

type HookCheckProps = { environmentId: string; text: () => string; goTo: (line: number) => void }

const icons = { error: CircleX, warning: TriangleAlert, note: Info } as const
const colours = { error: 'text-bad', warning: 'text-warn', note: 'text-ink-soft' } as const
const words = { error: 'Error', warning: 'Warning', note: 'Note' } as const

export function HookCheck({ environmentId, text, goTo }: HookCheckProps) {
  const [check, setCheck] = useState<ScriptCheck | null>(null)
  return (
    <div className="grid justify-items-start gap-2">
      <ActButton
        act={() => checkScript({ environmentId, text: text().replaceAll('\r\n', '\n') })}
        done={setCheck}
        busyText="Asking the server…"
      >
        Check the script
      </ActButton>
      <div role="status" className="grid gap-1 empty:hidden">
        {check && <Verdict check={check} />}
        {check && check.remarks.length > 0 && (
          <ul className="grid gap-0.5">
            {check.remarks.map((remark) => (
              <li key={`${remark.line} ${remark.code} ${remark.message}`} className="flex items-start gap-1.5">
                <Line remark={remark} goTo={goTo} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

function Verdict({ check: { remarks, bash, shellcheck, server } }: { check: ScriptCheck }) {
  if (bash === null) return <p className="text-warn">There is no bash on {server}: hooks run with sh there.</p>
  const by = shellcheck ? `bash ${bash} and ShellCheck on ${server}` : `bash ${bash} on ${server}`
  const isBroken = remarks.some(({ level }) => level === 'error')
  return (
    <p className="flex items-center gap-1.5 text-ink-soft">
      {!isBroken && <CircleCheck aria-hidden size={14} className="text-good" />}
      {isBroken ? `${by} can’t read this script.` : `${by} can read this script.`}
    </p>
  )
}

function Line({
  remark: { line, level, message, code },
  goTo,
}: {
  remark: ScriptRemark
  goTo: (line: number) => void
}) {
  const Icon = icons[level]
  return (
    <>
      <Icon aria-label={words[level]} size={14} className={`mt-0.5 shrink-0 ${colours[level]}`} />
      {line !== null && (
        <button type="button" className="figures shrink-0 text-accent hover:underline" onClick={() => goTo(line)}>
          Line {line}
        </button>
      )}
      <span className="min-w-0 break-words">
        {message} {code && <code className="font-mono text-xs text-ink-soft">{code}</code>}
      </span>
    </>
  )
}
