'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { createInvitation } from '@/app/actions/people.ts'
import type { PanelRole } from '@/lib/api/shapes.ts'
import { CopyLine } from '../copy-button.tsx'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle, fieldStyle } from '../style.ts'
import { projectRoles, roleWords, type ProjectRole } from './role-words.ts'

type Project = { id: string; name: string }

/** Makes a link that works once. `roles` none = one decides about projects only. */
export function InviteForm({ projects, roles }: { projects: Project[]; roles: PanelRole[] }) {
  const router = useRouter()
  const [made, setMade] = useState<{ email: string; link: string } | null>(null)
  const [role, setRole] = useState<PanelRole>(roles.includes('developer') ? 'developer' : 'member')
  const [version, setVersion] = useState(0)
  return (
    <section aria-labelledby="invite">
      <h2 id="invite" className="mb-2 font-semibold">
        Invite somebody
      </h2>
      <div className={cardStyle}>
        {made && (
          <div role="status" className="grid gap-2 border-b bg-good-soft px-4 py-3">
            <p className="break-words">
              Send this link to {made.email}. It works once, and is shown only now: only its hash is kept.
            </p>
            <CopyLine text={made.link} label="Copy the link" />
          </div>
        )}
        <Form
          key={version}
          label="Invite somebody"
          className="grid items-start gap-4 p-4 sm:grid-cols-[1fr_14rem_9rem]"
          act={createInvitation}
          read={(data) => ({
            email: String(data.get('email')),
            role,
            projects: projects.flatMap(({ id }) => {
              const given = String(data.get(`project-${id}`) ?? '')
              return given === '' ? [] : [{ projectId: id, role: given as ProjectRole }]
            }),
            days: Number(data.get('days')),
          })}
          done={({ invitation, secret }) => {
            // After the hash, which browsers send to nobody: the secret stands in no server's log.
            setMade({ email: invitation.email, link: `${location.origin}/invitation#${secret}` })
            setVersion(version + 1)
            router.refresh()
          }}
        >
          <Field name="email" label="E-mail" type="email" autoComplete="off" required />
          <SelectField
            name="role"
            label="In the panel"
            value={role}
            onChange={(event) => setRole(event.target.value as PanelRole)}
          >
            {(roles.length > 0 ? roles : (['member'] as const)).map((one) => (
              <option key={one} value={one}>
                {roleWords[one]}
              </option>
            ))}
          </SelectField>
          <SelectField name="days" label="The link works" defaultValue="7">
            <option value="1">for a day</option>
            <option value="7">for a week</option>
            <option value="30">for 30 days</option>
          </SelectField>
          {projects.length > 0 && (
            <fieldset className="sm:col-span-3">
              <legend className="mb-1 font-medium">
                {role === 'member' ? 'In projects' : 'More than that in projects'}
              </legend>
              <div className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
                {projects.map(({ id, name }) => (
                  <label key={id} className="grid grid-cols-[minmax(0,1fr)_8rem] items-center gap-3">
                    {name}
                    <select name={`project-${id}`} className={fieldStyle}>
                      <option value="">no role</option>
                      {projectRoles.map((one) => (
                        <option key={one} value={one}>
                          {one}
                        </option>
                      ))}
                    </select>
                  </label>
                ))}
              </div>
            </fieldset>
          )}
          <div className="sm:col-span-3">
            <SubmitButton busyText="Making the link…">Make the link</SubmitButton>
          </div>
        </Form>
      </div>
    </section>
  )
}
