'use client'
import { useRouter } from 'next/navigation'
import { signIn } from '@/app/actions/session.ts'
import { createFirstOwner } from '@/app/actions/setup.ts'
import { Field } from './form/field.tsx'
import { Form, SubmitButton } from './form/form.tsx'

type Typed = { token: string; email: string; name: string; password: string }

async function createAndSignIn(typed: Typed) {
  const created = await createFirstOwner(typed)
  return created.ok ? signIn(typed) : created
}

export function OwnerForm({ token }: { token: string }) {
  const router = useRouter()
  return (
    <Form
      label="Create the owner"
      act={createAndSignIn}
      read={(data): Typed => ({
        token: String(data.get('token')).trim(),
        email: String(data.get('email')),
        name: String(data.get('name')),
        password: String(data.get('password')),
      })}
      done={() => {
        router.replace('/start')
        router.refresh()
      }}
    >
      <Field
        name="token"
        label="Set-up token"
        hint="The panel printed it on its console when it started."
        defaultValue={token}
        autoComplete="off"
        className="font-mono"
        autoFocus={token === ''}
        required
      />
      <Field name="name" label="Your name" autoComplete="name" autoFocus={token !== ''} required />
      <Field name="email" label="E-mail" type="email" autoComplete="username" required />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete="new-password"
        hint="At least 12 characters; a few words are better than one odd one."
        required
      />
      <SubmitButton busyText="Creating…">Create the owner</SubmitButton>
    </Form>
  )
}
