'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { createProject } from '@/app/actions/projects.ts'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'

type Access = 'none' | 'key' | 'token'

/** `next`: where to go with the new project; its id is put for `:id`. */
export function ProjectForm({ next }: { next: string }) {
  const router = useRouter()
  const [access, setAccess] = useState<Access>('none')
  return (
    <Form
      label="Add a project"
      act={createProject}
      read={(data) => ({
        name: String(data.get('name')),
        repositoryUrl: String(data.get('repositoryUrl')),
        access,
        user: String(data.get('user') ?? '') || undefined,
        token: String(data.get('token') ?? '') || undefined,
      })}
      done={(project) => {
        router.push(next.replace(':id', project.id))
        router.refresh()
      }}
    >
      <Field name="name" label="Name" placeholder="Shop" autoComplete="off" required />
      <Field
        name="repositoryUrl"
        label="Git repository"
        placeholder="https://github.com/you/shop.git"
        autoComplete="off"
        autoCapitalize="none"
        className="font-mono text-xs"
        required
      />
      <SelectField
        name="access"
        label="How the panel may read it"
        value={access}
        onChange={(event) => setAccess(event.target.value as Access)}
      >
        <option value="none">It is public</option>
        <option value="key">With a deploy key that the panel makes</option>
        <option value="token">With a user name and an access token</option>
      </SelectField>
      {access === 'token' && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field name="user" label="User name" autoComplete="off" hint="Many hosts take any name with a token." />
          <Field
            name="token"
            label="Access token"
            type="password"
            autoComplete="off"
            hint="Reading is enough. It is stored encrypted."
            required
          />
        </div>
      )}
      <div>
        <SubmitButton busyText="Adding…">Add the project</SubmitButton>
      </div>
    </Form>
  )
}
