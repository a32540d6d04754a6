'use client'
import { useRouter } from 'next/navigation'
import { addServer } from '@/app/actions/servers.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { JumpField, type JumpChoice } from './jump-field.tsx'

type ServerFormProps = {
  /** Where to go with the new server; its id is put for `:id`. */
  next: string
  /** Servers that it may be reached through, and the one that it is unless somebody says otherwise. */
  choices?: JumpChoice[]
  jump?: string | null
}

export function ServerForm({ next, choices = [], jump = null }: ServerFormProps) {
  const router = useRouter()
  return (
    <Form
      label="Add a server"
      act={addServer}
      read={(data) => ({
        name: String(data.get('name')) || String(data.get('host')),
        host: String(data.get('host')),
        port: Number(data.get('port')),
        user: String(data.get('user')),
        jumpId: String(data.get('jumpId') ?? ''),
      })}
      done={(server) => {
        router.push(next.replace(':id', server.id))
        router.refresh()
      }}
    >
      <div className="grid gap-4 sm:grid-cols-[1fr_7rem]">
        <Field
          name="host"
          label="Host name or address"
          placeholder="web1.example.com"
          autoComplete="off"
          autoCapitalize="none"
          required
        />
        <Field name="port" label="SSH port" type="number" min={1} max={65535} defaultValue={22} required />
      </div>
      <Field
        name="user"
        label="User to sign in as"
        defaultValue="deployer"
        autoComplete="off"
        autoCapitalize="none"
        hint="Deployments run as this user. It needs no password and no root rights."
        required
      />
      <Field name="name" label="Name in this panel" autoComplete="off" hint="Left empty, the host name is used." />
      {choices.length > 0 && <JumpField choices={choices} value={jump} />}
      <div>
        <SubmitButton busyText="Adding…">Add the server</SubmitButton>
      </div>
    </Form>
  )
}
