'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { createToken, revokeToken } from '@/app/actions/account.ts'
import type { Role, TokenView } from '@/lib/api/shapes.ts'
import { CopyLine } from '../copy-button.tsx'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

const dayMs = 86_400_000
const rights: Record<Role, string> = {
  viewer: 'look',
  developer: 'look and deploy',
  admin: 'set up, too',
  owner: 'everything',
}

/** One's own tokens. `roles` are those that one may give away, least first; none = one may nothing. */
export function Tokens({
  tokens,
  roles,
  projects,
}: {
  tokens: TokenView[]
  roles: Role[]
  projects: { id: string; name: string }[]
}) {
  const router = useRouter()
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens" className="mb-2 font-semibold">
        API tokens
      </h2>
      <div className={cardStyle}>
        {tokens.length === 0 && (
          <p className="border-b px-4 py-3 text-ink-soft">
            A token lets a script or the command line act as you. There is none.
          </p>
        )}
        <ul className="divide-y border-b empty:hidden">
          {tokens.map((token) => (
            <li key={token.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
              <span className="min-w-0 flex-1 basis-48 break-words">
                {token.name} <code className="font-mono text-xs text-ink-soft">{token.prefix}…</code>
              </span>
              <span className="text-xs text-ink-soft">
                {token.role}
                {token.project && <> in {token.project.name}</>} ·{' '}
                {token.usedAt ? (
                  <>
                    used <RelativeTime at={token.usedAt} />
                  </>
                ) : (
                  'never used'
                )}{' '}
                ·{' '}
                {token.expiresAt ? (
                  <>
                    ends <RelativeTime at={token.expiresAt} />
                  </>
                ) : (
                  'without end'
                )}
              </span>
              <ConfirmButton word="Revoke" act={() => revokeToken({ id: token.id })} done={() => router.refresh()}>
                Whatever uses the token {token.name} is refused from now on.
              </ConfirmButton>
            </li>
          ))}
        </ul>
        {secret && (
          <div role="status" className="grid gap-2 border-b bg-good-soft px-4 py-3">
            <p>This is the token. It is shown only now: only its hash is kept.</p>
            <CopyLine text={secret} label="Copy the token" />
          </div>
        )}
        <Form
          key={tokens.length}
          label="Make a token"
          className="grid items-start gap-3 p-4 sm:grid-cols-2"
          act={createToken}
          read={(data) => {
            const days = Number(data.get('days'))
            return {
              name: String(data.get('name')),
              role: data.get('role') as TokenView['role'],
              projectId: String(data.get('projectId')),
              expiresAt: days ? new Date(Date.now() + days * dayMs).toISOString() : null,
            }
          }}
          done={(made) => {
            setSecret(made.secret)
            router.refresh()
          }}
        >
          <Field name="name" label="What it is for" placeholder="continuous integration" autoComplete="off" required />
          <SelectField name="role" label="It may" defaultValue={roles.includes('developer') ? 'developer' : roles[0]}>
            {roles.map((role) => (
              <option key={role} value={role}>
                {rights[role]}
              </option>
            ))}
          </SelectField>
          <SelectField name="projectId" label="Where" defaultValue="">
            <option value="">wherever you may</option>
            {projects.map(({ id, name }) => (
              <option key={id} value={id}>
                only in {name}
              </option>
            ))}
          </SelectField>
          <SelectField name="days" label="It ends" defaultValue="90">
            <option value="30">in 30 days</option>
            <option value="90">in 90 days</option>
            <option value="365">in a year</option>
            <option value="0">never</option>
          </SelectField>
          <div className="sm:col-span-2">
            <SubmitButton busyText="Making it…">Make a token</SubmitButton>
          </div>
        </Form>
      </div>
    </section>
  )
}
