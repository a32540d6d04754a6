'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { signIn } from '@/app/actions/session.ts'
import { insidePath } from '@/lib/format/inside.ts'
import { Field } from './form/field.tsx'
import { Form, SubmitButton } from './form/form.tsx'

type Typed = { email: string; password: string; code: string }

/** A password, and for who has one a second step: its field appears once the password was right. */
export function SignInForm({ next }: { next: string }) {
  const router = useRouter()
  const [asksCode, setAsksCode] = useState(false)

  async function enter(typed: Typed) {
    const outcome = await signIn(typed)
    if (outcome.ok || outcome.error.details.secondStep !== true) return outcome
    setAsksCode(true)
    // Beside the field, unless it only appears now.
    const details = typed.code === '' ? {} : { problems: [{ path: 'code', message: outcome.error.message }] }
    return { ...outcome, error: { ...outcome.error, details } }
  }
  return (
    <Form
      label="Sign in"
      act={enter}
      read={(data): Typed => ({
        email: String(data.get('email')),
        password: String(data.get('password')),
        code: String(data.get('code') ?? ''),
      })}
      done={() => {
        // Only a path of this panel may follow signing in.
        router.replace(insidePath(next))
        router.refresh()
      }}
    >
      <Field name="email" label="E-mail" type="email" autoComplete="username" autoFocus required />
      <Field name="password" label="Password" type="password" autoComplete="current-password" required />
      {asksCode && (
        <Field
          name="code"
          label="Code"
          hint="Six digits from your authenticator app, or a recovery code."
          autoComplete="one-time-code"
          autoCapitalize="off"
          className="font-mono"
          autoFocus
          required
        />
      )}
      <SubmitButton busyText="Signing in…">Sign in</SubmitButton>
    </Form>
  )
}
