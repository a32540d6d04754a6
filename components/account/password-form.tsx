'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { changePassword } from '@/app/actions/account.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'

export function PasswordForm() {
  const router = useRouter()
  const [version, setVersion] = useState(0)
  return (
    <section aria-labelledby="password">
      <h2 id="password" className="mb-2 font-semibold">
        Password
      </h2>
      <Form
        key={version}
        label="Change the password"
        className={`${cardStyle} grid items-start gap-3 p-4 sm:grid-cols-2`}
        act={changePassword}
        read={(data) => ({ current: String(data.get('current')), password: String(data.get('password')) })}
        done={() => {
          toast.success('The password is changed. All other sessions have ended.')
          setVersion(version + 1)
          router.refresh()
        }}
      >
        <Field name="current" label="Current password" type="password" autoComplete="current-password" required />
        <Field
          name="password"
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 12 characters."
          required
        />
        <div className="sm:col-span-2">
          <SubmitButton kind="plain" busyText="Changing it…">
            Change the password
          </SubmitButton>
        </div>
      </Form>
    </section>
  )
}
