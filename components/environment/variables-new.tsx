'use client'
import { Plus } from 'lucide-react'
import { useRef, useState } from 'react'
import { variableName } from '@/lib/format/env-text.ts'
import { looksSecret } from '@/lib/format/secret-names.ts'
import { buttonStyle, fieldStyle } from '../style.ts'
import { variableGrid } from './variables-grid.ts'

/** The last line of the table: a variable that isn't there yet. */
export function NewVariable({ known, add }: { known: string[]; add: (name: string, value: string) => void }) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const first = useRef<HTMLInputElement>(null)
  const problem =
    name === '' || (variableName.test(name) && !known.includes(name))
      ? null
      : known.includes(name)
        ? `${name} is there already.`
        : 'Letters, digits and “_”, not beginning with a digit.'
  const isReady = name !== '' && problem === null
  function take() {
    if (!isReady) return
    add(name, value)
    setName('')
    setValue('')
    first.current?.focus()
  }
  return (
    <div className={`${variableGrid} border-t bg-sunken/50`}>
      <input
        ref={first}
        aria-label="Name of a new variable"
        aria-invalid={problem !== null}
        aria-describedby={problem ? 'new-variable-problem' : undefined}
        placeholder="NEW_NAME"
        value={name}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setName(event.target.value.trim())}
        className={`${fieldStyle} col-span-2 font-mono text-xs sm:col-span-1`}
      />
      <input
        aria-label="Value of the new variable"
        placeholder="value"
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          take()
        }}
        className={`${fieldStyle} col-span-2 font-mono text-xs sm:col-span-1`}
      />
      <button
        type="button"
        className={`${buttonStyle.plain} col-span-2 sm:col-span-1`}
        aria-disabled={!isReady}
        onClick={take}
      >
        <Plus aria-hidden size={14} /> Add{isReady && looksSecret(name, value) ? ' as a secret' : ''}
      </button>
      {problem && (
        <p id="new-variable-problem" className="col-span-2 text-bad sm:col-span-3">
          {problem}
        </p>
      )}
    </div>
  )
}
