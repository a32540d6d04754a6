'use client'
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import { Field } from '../form/field.tsx'
import { targetFacts } from './config-file-targets.ts'

type Target = ConfigFileView['target']
type PlaceFieldsProps = { target: Target; setTarget: (target: Target) => void }

/** Where a new file goes. */
export function PlaceFields({ target, setTarget }: PlaceFieldsProps) {
  const { label, example, hint } = targetFacts[target]
  return (
    <>
      <fieldset className="flex flex-wrap gap-x-5 gap-y-2">
        <legend className="mb-1 font-medium">Where it goes</legend>
        {(Object.keys(targetFacts) as Target[]).map((one) => (
          <label key={one} className="flex items-center gap-2">
            <input
              type="radio"
              name="target"
              className="accent-(--accent)"
              checked={one === target}
              onChange={() => setTarget(one)}
            />
            {targetFacts[one].title}
          </label>
        ))}
      </fieldset>
      <Field
        name="path"
        label={label}
        placeholder={example}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint={hint}
      />
    </>
  )
}
