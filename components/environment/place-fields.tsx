'use client'
// On which servers an environment is to be, and in which folder on each: as many rows as somebody wants.
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { ServerChoice } from '@/lib/api/shapes.ts'
import { Field, SelectField } from '../form/field.tsx'
import { buttonStyle, iconButtonStyle } from '../style.ts'

type Place = { serverId: string; root: string; adopt: boolean }
type PlaceFieldsProps = {
  servers: ServerChoice[]
  /** On which it begins; the first server unless given. */
  first?: string[]
  root: string
  hint?: string
}

export function PlaceFields({ servers, first, root, hint }: PlaceFieldsProps) {
  const known = (first ?? []).filter((one) => servers.some(({ id }) => id === one))
  // What was typed in a row stays in it, whichever server is chosen and whichever row goes.
  const [rows, setRows] = useState(() =>
    (known.length > 0 ? known : [servers[0]?.id ?? '']).map((serverId, key) => ({ key, serverId })),
  )
  const free = servers.filter(({ id }) => !rows.some(({ serverId }) => serverId === id))
  const next = Math.max(...rows.map(({ key }) => key)) + 1
  return (
    <fieldset className="grid gap-3">
      <legend className="sr-only">Servers</legend>
      {rows.map(({ key, serverId }, at) => (
        <div key={key} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2">
          <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
            <SelectField
              name={`servers.${at}.serverId`}
              label={at === 0 ? 'Server' : `Server ${at + 1}`}
              value={serverId}
              onChange={(event) =>
                setRows(rows.map((row) => (row.key === key ? { key, serverId: event.target.value } : row)))
              }
            >
              {servers
                .filter(({ id }) => id === serverId || free.some((one) => one.id === id))
                .map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
            </SelectField>
            <Field
              name={`servers.${at}.root`}
              label={at === 0 ? 'Folder on the server' : `Folder on server ${at + 1}`}
              hint={at === 0 ? hint : undefined}
              defaultValue={root}
              autoComplete="off"
              autoCapitalize="none"
              className="font-mono text-xs"
              required
            />
          </div>
          {rows.length > 1 && (
            <button
              type="button"
              className={`${iconButtonStyle} mt-6`}
              aria-label={`Without server ${at + 1}`}
              onClick={() => setRows(rows.filter((row) => row.key !== key))}
            >
              <X aria-hidden size={16} />
            </button>
          )}
        </div>
      ))}
      {free.length > 0 && (
        <div>
          <button
            type="button"
            className={buttonStyle.plain}
            onClick={() => setRows([...rows, { key: next, serverId: free[0]!.id }])}
          >
            <Plus aria-hidden size={14} /> Another server
          </button>
        </div>
      )}
    </fieldset>
  )
}

/** What `PlaceFields` has. */
export function readPlaces(data: FormData, adopt: boolean): Place[] {
  const places: Place[] = []
  for (let at = 0; data.has(`servers.${at}.serverId`); at++)
    places.push({
      serverId: String(data.get(`servers.${at}.serverId`)),
      root: String(data.get(`servers.${at}.root`)),
      adopt,
    })
  return places
}
