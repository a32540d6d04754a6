'use client'
import { fieldStyle } from '../style.ts'
import type { LogLines } from './lines.ts'

/** Several servers wrote one log: their names by segment, all of them in order, and the one whose lines are shown alone. */
export type Servers = {
  names: ReadonlyMap<string, string>
  all: readonly string[]
  only: string | null
  onOnly: (server: string | null) => void
}

/** Segments that ran on the server of this name. */
export function segmentsOf(servers: Servers | undefined, server: string): Set<string> {
  return new Set([...(servers?.names ?? [])].flatMap(([segment, name]) => (name === server ? segment : [])))
}

type LogFilterProps = {
  log: LogLines
  names: ReadonlyMap<string, string>
  servers: Servers | undefined
  only: string | null
  onOnly: (key: string | null) => void
}

/** Which server's lines are shown, and of which step; steps of many servers are only offered once one is chosen. */
export function LogFilter({ log, names, servers, only, onOnly }: LogFilterProps) {
  const serverOf = (segment: string) => servers?.names.get(segment) ?? ''
  const chosen = log.steps.find(({ key }) => key === only)
  const server = servers?.only ?? (chosen ? serverOf(chosen.segment) : null)
  const steps = log.steps.filter(({ segment }) => servers === undefined || serverOf(segment) === server)
  return (
    <>
      {servers && (
        <select
          aria-label="Show servers"
          value={server ?? ''}
          onChange={(event) => servers.onOnly(event.target.value || null)}
          className={`${fieldStyle} w-auto max-w-40`}
        >
          <option value="">All servers</option>
          {servers.all.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      {names.size > 1 && (servers === undefined || server !== null) && (
        <select
          aria-label="Show steps"
          value={only ?? ''}
          onChange={(event) => onOnly(event.target.value || null)}
          className={`${fieldStyle} w-auto max-w-44 max-sm:mr-auto`}
        >
          <option value="">All steps</option>
          {steps.map((part) => (
            <option key={part.key} value={part.key}>
              {names.get(part.key) ?? part.key}
            </option>
          ))}
        </select>
      )}
    </>
  )
}
