'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { acceptInvitation, readInvitation } from '@/app/actions/people.ts'
import { signIn } from '@/app/actions/session.ts'
import type { OpenInvitation } from '@/lib/api/shapes-access.ts'
import { Field } from '../form/field.tsx'
import { Complaint, Form, SubmitButton } from '../form/form.tsx'
import { attempt, type Refusal } from '../form/outcome.ts'
import { linkStyle } from '../style.ts'
import { rolesText } from './invitations.tsx'

type Found = { secret: string; invitation: OpenInvitation } | { refusal: Refusal } | null
type Typed = { name: string; password: string }

/** Says what one would become, and makes one that. */
export function AcceptInvitation() {
  const [found, setFound] = useState<Found>(null)
  useEffect(() => {
    const secret = location.hash.slice(1)
    void attempt(readInvitation, { secret }).then((outcome) =>
      setFound(outcome.ok ? { secret, invitation: outcome.value } : { refusal: outcome.error }),
    )
  }, [])
  if (found === null) return <p role="status">Looking at the invitation…</p>
  if ('refusal' in found)
    return (
      <>
        <Complaint refusal={found.refusal} />
        <Link href="/sign-in" className={`${linkStyle} justify-self-start`}>
          Sign in, if you have joined already
        </Link>
      </>
    )
  return <JoinForm {...found} />
}

function JoinForm({ secret, invitation }: { secret: string; invitation: OpenInvitation }) {
  const router = useRouter()
  const { email, role, projects, invitedBy } = invitation
  async function join({ name, password }: Typed) {
    const joined = await acceptInvitation({ secret, name, password })
    return joined.ok ? signIn({ email, password }) : joined
  }
  return (
    <>
      <p className="break-words text-ink-soft">
        {invitedBy} invites {email} as {rolesText(role, projects)}.
      </p>
      <Form
        label="Join"
        act={join}
        read={(data): Typed => ({ name: String(data.get('name')), password: String(data.get('password')) })}
        done={() => {
          // Not even in the history of the browser.
          router.replace('/')
          router.refresh()
        }}
      >
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <Field name="name" label="Your name" autoComplete="name" autoFocus required />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="At least 12 characters; a few words are better than one odd one."
          required
        />
        <SubmitButton busyText="Joining…">Join</SubmitButton>
      </Form>
    </>
  )
}
