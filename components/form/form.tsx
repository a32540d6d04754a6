'use client'
// A form over a server action: keeps what was typed when it is refused, puts each problem beside its field and takes the
// focus there, sends on Enter, and can't be sent twice.
import { TriangleAlert } from 'lucide-react'
import { createContext, useContext, useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react'
import { attempt, type Act, type Refusal } from './outcome.ts'
import { buttonStyle, type ButtonKind } from '../style.ts'

type FormState = { problems: Map<string, { message: string; hint?: string }>; busy: boolean; isReading: boolean }
const FormContext = createContext<FormState>({ problems: new Map(), busy: false, isReading: false })
export const useFormState = () => useContext(FormContext)

type FormProps<I, T> = {
  act: Act<I, T>
  /** What is typed, as the action's input. */
  read: (data: FormData) => I
  done: (value: T) => void | Promise<void>
  children: ReactNode
  label: string
  className?: string
  /** Why it is there to be read alone, said above it: its fields can't be changed then, and nothing sends it. */
  onlyToRead?: string | undefined
}

export function Form<I, T>({
  act,
  read,
  done,
  children,
  label,
  className = 'grid gap-4',
  onlyToRead,
}: FormProps<I, T>) {
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  // After the problems are drawn beside their fields.
  useEffect(() => {
    if (refusal) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [refusal])

  async function send(event: SyntheticEvent) {
    event.preventDefault()
    if (busy || onlyToRead || !form.current) return
    setBusy(true)
    setRefusal(null)
    const outcome = await attempt(act, read(new FormData(form.current)))
    if (outcome.ok) await done(outcome.value)
    else setRefusal(outcome.error)
    setBusy(false)
  }

  const problems = new Map((refusal?.details.problems ?? []).map((problem) => [problem.path, problem]))
  const unplaced = refusal && ![...problems.keys()].some((path) => fieldOf(path, form.current))
  return (
    <FormContext.Provider value={{ problems, busy, isReading: onlyToRead !== undefined }}>
      <form ref={form} onSubmit={(event) => void send(event)} noValidate aria-label={label} className={className}>
        {onlyToRead === undefined ? (
          children
        ) : (
          <>
            <p className="text-ink-soft">{onlyToRead}</p>
            <fieldset disabled className="contents">
              {children}
            </fieldset>
          </>
        )}
        <div role="alert" className="empty:hidden">
          {unplaced ? <Complaint refusal={refusal} /> : null}
        </div>
      </form>
    </FormContext.Provider>
  )
}

/** Of a path such as `triggers.branches.2`: a list that is written in one field has its problems there. */
function fieldOf(path: string, form: HTMLFormElement | null): boolean {
  return [path, path.replace(/\.\d+$/, '')].some((name) => form?.elements.namedItem(name) != null)
}

/** A refusal in words, with what to do next when the panel knows. */
export function Complaint({ refusal }: { refusal: Refusal }) {
  return (
    <div className="flex items-start gap-2 rounded-one border border-bad/40 bg-bad-soft p-3 text-bad">
      <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
      <div className="min-w-0 break-words">
        <p>{refusal.message}</p>
        {(refusal.details.problems ?? []).map((problem) => (
          <p key={`${problem.path} ${problem.message}`} className="text-ink-soft">
            {problem.message} {problem.hint}
          </p>
        ))}
        {typeof refusal.details.hint === 'string' && <p className="text-ink-soft">{refusal.details.hint}</p>}
      </div>
    </div>
  )
}

export function SubmitButton({
  children,
  busyText,
  kind = 'primary',
}: {
  children: ReactNode
  busyText: string
  kind?: ButtonKind
}) {
  const { busy, isReading } = useFormState()
  if (isReading) return null
  return (
    <button type="submit" aria-disabled={busy} className={`${buttonStyle[kind]} ${busy ? 'opacity-60' : ''}`}>
      {busy ? busyText : children}
    </button>
  )
}
