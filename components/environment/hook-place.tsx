'use client'
// On which of several servers a hook of the panel runs: chosen, read from the form, and in words.
import { useState } from 'react'
import type { EnvironmentView, HookView } from '@/lib/api/shapes.ts'
import { SelectField } from '../form/field.tsx'
import { useFormState } from '../form/form.tsx'

type Place = HookView['place']
type Targets = EnvironmentView['targets']
type On = Place['on']

const ways: Record<On, string> = {
  all: 'every server',
  once: 'one server, the first of a run',
  servers: 'chosen servers',
  labels: 'servers with a label',
}

/** Whether there is anything to choose, or something was chosen while there was. */
export function isPlaced(place: Place, targets: Targets): boolean {
  return targets.length > 1 || place.on !== 'all'
}

export function HookPlaceFields({ place, targets }: { place: Place; targets: Targets }) {
  const [on, setOn] = useState(place.on)
  const labels = [...new Set(targets.flatMap((target) => target.labels)), ...goneLabels(place, targets)]
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <SelectField name="place.on" label="Runs on" value={on} onChange={(event) => setOn(event.target.value as On)}>
        {Object.entries(ways).map(([value, word]) => (
          <option key={value} value={value} disabled={value === 'labels' && labels.length === 0}>
            {value === 'labels' && labels.length === 0 ? `${word} (none has one)` : word}
          </option>
        ))}
      </SelectField>
      {on === 'servers' && (
        <Choices
          name="place.serverIds"
          word="On which servers"
          chosen={place.on === 'servers' ? place.serverIds : []}
          choices={targets.map(({ serverId, server }) => ({ value: serverId, word: server }))}
        />
      )}
      {on === 'labels' && (
        <Choices
          name="place.labels"
          word="On servers with one of these labels"
          chosen={place.on === 'labels' ? place.labels : []}
          choices={labels.map((label) => ({ value: label, word: `${label} (${serversWith([label], targets)})` }))}
        />
      )}
    </div>
  )
}

type ChoicesProps = { name: string; word: string; chosen: string[]; choices: { value: string; word: string }[] }

function Choices({ name, word, chosen, choices }: ChoicesProps) {
  const problem = useFormState().problems.get(name)
  return (
    <fieldset className="sm:col-span-2">
      <legend className="font-medium">{word}</legend>
      <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
        {choices.map((choice) => (
          <label key={choice.value} className="flex items-center gap-2">
            <input
              type="checkbox"
              name={name}
              value={choice.value}
              defaultChecked={chosen.includes(choice.value)}
              className="accent-(--accent)"
            />
            {choice.word}
          </label>
        ))}
      </div>
      {problem && <p className="text-bad">{problem.message}</p>}
    </fieldset>
  )
}

/** Where nothing was to choose, it stays as it was. */
export function readHookPlace(data: FormData, before: Place): Place {
  const on = data.get('place.on') as On | null
  if (on === 'servers') return { on, serverIds: data.getAll('place.serverIds').map(String) }
  if (on === 'labels') return { on, labels: data.getAll('place.labels').map(String) }
  return on === null ? before : { on }
}

/** `on web1 and web2`; null where it goes without saying. */
export function placeWords(place: Place, targets: Targets): string | null {
  if (!isPlaced(place, targets)) return null
  if (place.on === 'all') return 'on every server'
  if (place.on === 'once') return 'on one server'
  if (place.on === 'labels')
    return `on servers labelled ${place.labels.join(' or ')}: ${serversWith(place.labels, targets)}`
  return `on ${named(targets.filter(({ serverId }) => place.serverIds.includes(serverId)))}`
}

function serversWith(labels: string[], targets: Targets): string {
  return named(targets.filter((target) => labels.some((label) => target.labels.includes(label))))
}

const named = (targets: Targets): string =>
  targets.length === 0 ? 'no server' : targets.map(({ server }) => server).join(', ')

function goneLabels(place: Place, targets: Targets): string[] {
  if (place.on !== 'labels') return []
  return place.labels.filter((label) => !targets.some((target) => target.labels.includes(label)))
}
