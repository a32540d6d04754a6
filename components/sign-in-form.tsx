'use client'
import { useRouter } from 'next/navigation'
import { signIn } from '@/app/actions/session.ts'
import { insidePath } from '@/lib/format/inside.ts'
import { Field } from './form/field.tsx'
import { Form, SubmitButton } from './form/form.tsx'

export function SignInForm({ next }: { next: string }) {
  const router = useRouter()
  return (
    <Form
      label="Sign in"
      act={signIn}
      read={(data) => ({ email: String(data.get('email')), password: String(data.get('password')) })}
      done={() => {
        // Only a path of this panel may follow signing in.
        router.replace(insidePath(next))
        router.refresh()
      }}
    >
      <Field name="email" label="E-mail" type="email" autoComplete="username" autoFocus required />
      <Field name="password" label="Password" type="password" autoComplete="current-password" required />
      <SubmitButton busyText="Signing in…">Sign in</SubmitButton>
    </Form>
  )
}
