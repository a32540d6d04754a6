'use client'
// The list of restarts: each a kind with its own fields.
import { X } from 'lucide-react'
import { useState } from 'react'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { Field, SelectField, TextField } from '../form/field.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import { OneMore } from './one-more.tsx'

type Restart = EnvironmentView['options']['restarts'][number]
type Kind = Restart['kind']

const kinds: Record<Kind, { word: string; about: string; fresh: Restart }> = {
  'php-fpm': {
    word: 'Reload PHP-FPM',
    about: 'Ends no request; PHP then runs the new release, also where nginx passes $document_root.',
    fresh: { kind: 'php-fpm', service: 'php8.2-fpm', failure: 'stops' },
  },
  opcache: {
    word: 'Reset PHP’s opcache',
    about: 'By cachetool or cgi-fcgi, where the service must not be reloaded.',
    fresh: { kind: 'opcache', socket: '/run/php/php8.2-fpm.sock', failure: 'stops' },
  },
  systemd: {
    word: 'A systemd unit',
    about: 'Needs the sudo line that the server’s check prints.',
    fresh: { kind: 'systemd', unit: '', verb: 'restart', failure: 'stops' },
  },
  supervisor: {
    word: 'Programs of supervisor',
    about: 'Needs the sudo line that the server’s check prints.',
    fresh: { kind: 'supervisor', programs: '', failure: 'stops' },
  },
  pm2: {
    word: 'An app of pm2',
    about: 'Reloads it without a gap, as the user who runs pm2.',
    fresh: { kind: 'pm2', app: '', user: null, failure: 'stops' },
  },
  command: {
    word: 'A command of your own',
    about: 'Bash, in the directory that has just become live.',
    fresh: { kind: 'command', name: '', text: '', user: null, failure: 'stops' },
  },
}

const path = (index: number, field: string): string => `options.restarts.${index}.${field}`

export function RestartFields({ restarts }: { restarts: Restart[] }) {
  // A key of its own keeps what was typed when another one is taken away.
  const [rows, setRows] = useState(() => restarts.map((restart, key) => ({ key, restart })))
  const next = 1 + Math.max(-1, ...rows.map(({ key }) => key))
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 font-semibold">Restart after each switch, and after it is undone</legend>
      {rows.map(({ key, restart }, index) => (
        <div key={key} className={`${cardStyle} grid gap-3 p-3`}>
          <div className="flex items-center gap-2">
            <div className="min-w-0 flex-1">
              <p className="font-medium">{kinds[restart.kind].word}</p>
              <p className="text-ink-soft">{kinds[restart.kind].about}</p>
            </div>
            <button
              type="button"
              className={buttonStyle.quiet}
              onClick={() => setRows(rows.filter((row) => row.key !== key))}
              aria-label={`Take away: ${kinds[restart.kind].word}`}
            >
              <X aria-hidden size={14} />
            </button>
          </div>
          <input type="hidden" name={path(index, 'kind')} value={restart.kind} />
          <div className="grid gap-3 sm:grid-cols-2">
            <KindFields restart={restart} index={index} />
            <SelectField name={path(index, 'failure')} label="A failure" defaultValue={restart.failure}>
              <option value="stops">fails the deployment and puts the release before back</option>
              <option value="ignored">is shown and ignored</option>
            </SelectField>
          </div>
        </div>
      ))}
      <OneMore
        name="restart"
        label="Another one"
        kinds={kinds}
        first="php-fpm"
        button="Add"
        onAdd={(kind) => setRows([...rows, { key: next, restart: kinds[kind].fresh }])}
      />
    </fieldset>
  )
}

function KindFields({ restart, index }: { restart: Restart; index: number }) {
  const at = (field: string) => ({ name: path(index, field), autoCapitalize: 'none', autoComplete: 'off' })
  const user = 'user' in restart && (
    <Field {...at('user')} label="Run as" defaultValue={restart.user ?? ''} placeholder="the sign-in user" />
  )
  switch (restart.kind) {
    case 'php-fpm':
      return <Field {...at('service')} label="Service" defaultValue={restart.service} />
    case 'opcache':
      return <Field {...at('socket')} label="Where FPM listens" defaultValue={restart.socket} />
    case 'systemd':
      return (
        <>
          <Field {...at('unit')} label="Unit" defaultValue={restart.unit} placeholder="shop.service" />
          <SelectField name={path(index, 'verb')} label="What is done" defaultValue={restart.verb}>
            <option value="restart">restart</option>
            <option value="reload">reload</option>
            <option value="reload-or-restart">reload or restart</option>
          </SelectField>
        </>
      )
    case 'supervisor':
      return <Field {...at('programs')} label="Programs" defaultValue={restart.programs} placeholder="shop-worker:*" />
    case 'pm2':
      return (
        <>
          <Field {...at('app')} label="App" defaultValue={restart.app} />
          {user}
        </>
      )
    case 'command':
      return (
        <>
          <Field {...at('name')} label="Name" defaultValue={restart.name} placeholder="warm the cache" />
          {user}
          <div className="sm:col-span-2">
            <TextField {...at('text')} label="Command (bash)" rows={3} defaultValue={restart.text} wrap="off" />
          </div>
        </>
      )
  }
}

/** As they stand in the form, in order; the panel checks them. */
export function readRestarts(data: FormData): Restart[] {
  const list: Restart[] = []
  for (let index = 0; data.has(path(index, 'kind')); index++) {
    const restart: Record<string, string | null> = {}
    for (const field of ['kind', 'service', 'socket', 'unit', 'verb', 'programs', 'app', 'name', 'text', 'failure']) {
      const value = data.get(path(index, field))
      if (typeof value === 'string') restart[field] = value.replaceAll('\r\n', '\n')
    }
    if (data.has(path(index, 'user'))) restart['user'] = String(data.get(path(index, 'user'))).trim() || null
    list.push(restart as Restart)
  }
  return list
}
