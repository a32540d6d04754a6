'use client'
// The list of readiness checks: asked before the switch or after it, by the server or by the panel.
import { X } from 'lucide-react'
import { useState } from 'react'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { Field, SelectField, TextField } from '../form/field.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { OneMore } from './one-more.tsx'

type Check = EnvironmentView['options']['readiness'][number]
type Kind = Check['kind']
type HttpCheck = Extract<Check, { kind: 'httpGet' }>

/** Zerops' limits. */
const usual = { when: 'after', trySeconds: 5, pauseSeconds: 5, totalSeconds: 300, onFailure: 'rollback' } as const
const kinds: Record<Kind, { word: string; about: string; fresh: Check }> = {
  httpGet: {
    word: 'An address answers',
    about: 'Asked until it passes; redirects are followed.',
    fresh: {
      kind: 'httpGet',
      name: '',
      ...usual,
      from: 'server',
      scheme: 'http',
      address: '',
      port: 80,
      path: '/',
      host: '',
      headers: [],
      status: null,
      contains: '',
    },
  },
  exec: {
    word: 'A command succeeds',
    about: 'Bash, in the new release, until it ends with exit code 0.',
    fresh: { kind: 'exec', name: '', ...usual, command: '', user: null },
  },
}
const limits = [
  ['trySeconds', 'Seconds a try', 120],
  ['pauseSeconds', 'Pause (seconds)', 120],
  ['totalSeconds', 'Seconds in all', 3600],
] as const

const path = (index: number, field: string): string => `options.readiness.${index}.${field}`

export function ReadinessFields({ checks }: { checks: Check[] }) {
  // A key of its own keeps what was typed when another one is taken away.
  const [rows, setRows] = useState(() => checks.map((check, key) => ({ key, check })))
  const next = 1 + Math.max(-1, ...rows.map(({ key }) => key))
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 font-semibold">Readiness: what has to be so for a deployment to go on</legend>
      {rows.map(({ key, check }, index) => (
        <div key={key} className={`${cardStyle} grid gap-3 p-3`}>
          <div className="flex items-center gap-2">
            <div className="min-w-0 flex-1">
              <p className="font-medium">{kinds[check.kind].word}</p>
              <p className="text-ink-soft">{kinds[check.kind].about}</p>
            </div>
            <button
              type="button"
              className={buttonStyle.quiet}
              onClick={() => setRows(rows.filter((row) => row.key !== key))}
              aria-label={`Take away: ${kinds[check.kind].word}${check.name === '' ? '' : ` (${check.name})`}`}
            >
              <X aria-hidden size={14} />
            </button>
          </div>
          <input type="hidden" name={path(index, 'kind')} value={check.kind} />
          <CheckFields check={check} index={index} />
        </div>
      ))}
      <OneMore
        name="readiness"
        label="One more check"
        kinds={kinds}
        first="httpGet"
        button="New check"
        onAdd={(kind) => setRows([...rows, { key: next, check: kinds[kind].fresh }])}
      />
    </fieldset>
  )
}

function CheckFields({ check, index }: { check: Check; index: number }) {
  const at = (field: string) => ({ name: path(index, field), autoCapitalize: 'none', autoComplete: 'off' })
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-3">
        <Field {...at('name')} label="Name" defaultValue={check.name} placeholder="up" />
        <SelectField name={path(index, 'when')} label="When" defaultValue={check.when}>
          <option value="after">after the switch and the restarts</option>
          <option value="before">before the switch, in the new release</option>
        </SelectField>
        <SelectField name={path(index, 'onFailure')} label="When it does not pass" defaultValue={check.onFailure}>
          <option value="rollback">fail, and put the release before back</option>
          <option value="notify">only show it</option>
        </SelectField>
      </div>
      {check.kind === 'httpGet' ? (
        <HttpFields check={check} index={index} />
      ) : (
        <div className="grid gap-3">
          <TextField {...at('command')} label="Command (bash)" rows={3} defaultValue={check.command} wrap="off" />
          <Field {...at('user')} label="Run as" defaultValue={check.user ?? ''} placeholder="the sign-in user" />
        </div>
      )}
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        {limits.map(([field, word, max]) => (
          <Field
            key={field}
            name={path(index, field)}
            label={word}
            type="number"
            min={1}
            max={max}
            defaultValue={check[field]}
          />
        ))}
      </div>
    </>
  )
}

function HttpFields({ check, index }: { check: HttpCheck; index: number }) {
  const at = (field: string) => ({ name: path(index, field), autoCapitalize: 'none', autoComplete: 'off' })
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField name={path(index, 'from')} label="Asked by" defaultValue={check.from}>
          <option value="server">the server itself</option>
          <option value="panel">the panel, after the switch</option>
        </SelectField>
        <SelectField name={path(index, 'scheme')} label="Protocol" defaultValue={check.scheme}>
          <option value="http">http</option>
          <option value="https">https</option>
        </SelectField>
        <Field {...at('port')} label="Port" type="number" min={1} max={65_535} defaultValue={check.port} />
        <Field {...at('path')} label="Path" defaultValue={check.path} placeholder="/up" />
        <Field
          {...at('host')}
          label="Host"
          defaultValue={check.host}
          placeholder="shop.example"
          hint="The name that is asked for; with https the certificate has to be its. Empty: none."
        />
        <Field
          {...at('address')}
          label="Address"
          defaultValue={check.address}
          placeholder="127.0.0.1"
          hint="Empty: 127.0.0.1 from the server, the server’s own from the panel."
        />
        <Field
          {...at('status')}
          label="Status that passes"
          type="number"
          min={200}
          max={599}
          defaultValue={check.status ?? ''}
          placeholder="200 to 299"
        />
        <Field
          {...at('contains')}
          label="What the answer has to hold"
          defaultValue={check.contains}
          maxLength={500}
          placeholder="{commit}"
          hint="Empty: whatever it says. {commit} and {release} are those that should be served."
        />
      </div>
      <TextField
        {...at('headers')}
        label="Headers"
        rows={2}
        defaultValue={check.headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}
        placeholder="Authorization: Bearer ${HEALTH_TOKEN}"
        hint="One a line. ${NAME} is that variable of the environment: keep secrets there."
        wrap="off"
      />
    </>
  )
}

/** As they stand in the form, in order; the panel checks them. */
export function readReadiness(data: FormData): Check[] {
  const list: Check[] = []
  for (let index = 0; data.has(path(index, 'kind')); index++) {
    const text = (field: string): string => String(data.get(path(index, field)) ?? '').replaceAll('\r\n', '\n')
    const common = {
      name: text('name').trim(),
      when: text('when') as Check['when'],
      onFailure: text('onFailure') as Check['onFailure'],
      trySeconds: Number(text('trySeconds')),
      pauseSeconds: Number(text('pauseSeconds')),
      totalSeconds: Number(text('totalSeconds')),
    }
    if (text('kind') === 'exec')
      list.push({ kind: 'exec', ...common, command: text('command'), user: text('user').trim() || null })
    else
      list.push({
        kind: 'httpGet',
        ...common,
        from: text('from') as HttpCheck['from'],
        scheme: text('scheme') as HttpCheck['scheme'],
        address: text('address').trim(),
        port: Number(text('port')),
        path: text('path').trim(),
        host: text('host').trim(),
        headers: headersIn(text('headers')),
        status: text('status') === '' ? null : Number(text('status')),
        contains: text('contains'),
      })
  }
  return list
}

/** `Name: value` a line; a line without a colon is a name, which the panel then refuses or not. */
function headersIn(text: string): HttpCheck['headers'] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [name = '', ...rest] = line.split(':')
    return { name: name.trim(), value: rest.join(':').trim() }
  })
}
