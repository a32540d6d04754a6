'use client'
// Labelled inputs whose problem stands beside them and is read out with them.
import { useId, type ComponentProps, type ReactNode } from 'react'
import { fieldStyle } from '../style.ts'
import { useFormState } from './form.tsx'

type Shared = { name: string; label: string; hint?: ReactNode }

function useField(name: string, hint: ReactNode) {
  const id = useId()
  const { problems } = useFormState()
  // Of a list that is written in one field; other fields below this name have their own.
  const inList = [...problems].find(([path]) => path.replace(/\.\d+$/, '') === name)
  const problem = problems.get(name) ?? inList?.[1]
  const described = [problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return {
    id,
    problem,
    control: { id, name, 'aria-invalid': !!problem, 'aria-describedby': described || undefined } as const,
  }
}

function Around({
  id,
  label,
  hint,
  problem,
  children,
}: {
  id: string
  label: string
  hint: ReactNode
  problem: { message: string; hint?: string } | undefined
  children: ReactNode
}) {
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {problem && (
        <p id={`${id}-problem`} className="text-bad">
          {problem.message} {problem.hint}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-ink-soft">
          {hint}
        </p>
      )}
    </div>
  )
}

export function Field({ name, label, hint, className, ...rest }: Shared & ComponentProps<'input'>) {
  const { id, problem, control } = useField(name, hint)
  return (
    <Around id={id} label={label} hint={hint} problem={problem}>
      <input {...rest} {...control} className={`${fieldStyle} ${className ?? ''}`} />
    </Around>
  )
}

export function TextField({ name, label, hint, className, ...rest }: Shared & ComponentProps<'textarea'>) {
  const { id, problem, control } = useField(name, hint)
  return (
    <Around id={id} label={label} hint={hint} problem={problem}>
      <textarea
        spellCheck={false}
        {...rest}
        {...control}
        className={`${fieldStyle} font-mono text-xs leading-5 ${className ?? ''}`}
      />
    </Around>
  )
}

export function SelectField({ name, label, hint, children, ...rest }: Shared & ComponentProps<'select'>) {
  const { id, problem, control } = useField(name, hint)
  return (
    <Around id={id} label={label} hint={hint} problem={problem}>
      <select {...rest} {...control} className={fieldStyle}>
        {children}
      </select>
    </Around>
  )
}
