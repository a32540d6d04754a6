'use client'
import { SelectField } from '../form/field.tsx'

export type JumpChoice = { id: string; name: string }

/** Which other server the panel goes through, if it can't reach this one itself. */
export function JumpField({ choices, value }: { choices: JumpChoice[]; value: string | null }) {
  return (
    <SelectField
      name="jumpId"
      label="Reached through"
      defaultValue={value ?? ''}
      hint="For servers that only another one of yours can reach. That one needs nothing but its SSH server."
    >
      <option value="">The panel reaches it directly</option>
      {choices.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  )
}
