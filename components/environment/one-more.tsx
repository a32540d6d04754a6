'use client'
// Chooses the kind of what is added to a list, and adds it.
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { SelectField } from '../form/field.tsx'
import { buttonStyle } from '../style.ts'

type OneMoreProps<Kind extends string> = {
  name: string
  label: string
  kinds: Record<Kind, { word: string }>
  first: Kind
  button: string
  onAdd: (kind: Kind) => void
}

export function OneMore<Kind extends string>({ name, label, kinds, first, button, onAdd }: OneMoreProps<Kind>) {
  const [kind, setKind] = useState(first)
  return (
    <div className="flex flex-wrap items-end gap-2">
      <SelectField name={name} label={label} value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
        {Object.entries<{ word: string }>(kinds).map(([value, { word }]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </SelectField>
      <button type="button" className={buttonStyle.plain} onClick={() => onAdd(kind)}>
        <Plus aria-hidden size={14} /> {button}
      </button>
    </div>
  )
}
