'use client'
import { useId } from 'react'
import { useFormState } from '../form/form.tsx'

type BoxesProps = { legend: string; name: string; on: readonly string[]; children: [value: string, word: string][] }

/** Several of a list, as `name` of the form; `on` are chosen at first. */
export function Boxes({ legend, name, on, children }: BoxesProps) {
  const id = useId()
  const problem = useFormState().problems.get(name)
  return (
    <fieldset className="grid gap-1" aria-describedby={problem && id}>
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {children.map(([value, word]) => (
          <label key={value} className="flex min-h-6 items-center gap-2 pointer-coarse:min-h-11">
            <input
              type="checkbox"
              name={name}
              value={value}
              defaultChecked={on.includes(value)}
              aria-invalid={!!problem}
              className="accent-(--accent)"
            />
            {word}
          </label>
        ))}
      </div>
      {problem && (
        <p id={id} className="text-bad">
          {problem.message}
        </p>
      )}
    </fieldset>
  )
}
