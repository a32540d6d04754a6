'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { requestDeployment } from '@/app/actions/deployments.ts'
import { createEnvironment } from '@/app/actions/environments.ts'
import type { ProjectView, Ref, ServerChoice } from '@/lib/api/shapes.ts'
import { Field, SelectField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { Branches } from '../project/branches.tsx'
import { PermissionFields, readPermissions } from './permission-fields.tsx'
import { PlaceFields, readPlaces } from './place-fields.tsx'

type Typed = Parameters<typeof createEnvironment>[0]

/** The environment first, then its first deployment: a refused deployment leaves an environment one can deploy from its page. */
async function createAndDeploy(typed: Typed) {
  const created = await createEnvironment(typed)
  if (!created.ok) return created
  const deployment = await requestDeployment({ environmentId: created.value.id })
  return {
    ok: true as const,
    value: deployment.ok ? `/deployments/${deployment.value.id}` : `/environments/${created.value.id}`,
  }
}
async function createAlone(typed: Typed) {
  const created = await createEnvironment(typed)
  return created.ok ? { ok: true as const, value: `/environments/${created.value.id}` } : created
}

export function EnvironmentForm({
  projects,
  servers,
  project: first,
  deploys,
}: {
  projects: ProjectView[]
  servers: ServerChoice[]
  project?: string
  deploys: boolean
}) {
  const router = useRouter()
  const [projectId, setProjectId] = useState(first ?? projects[0]?.id ?? '')
  const [refs, setRefs] = useState<Ref[]>([])
  const project = projects.find(({ id }) => id === projectId)
  const branches = refs.filter(({ kind }) => kind === 'branch').map(({ name }) => name)
  const usual = ['main', 'master'].find((name) => branches.includes(name)) ?? branches[0] ?? 'main'
  return (
    <Form
      label="Make an environment"
      act={deploys ? createAndDeploy : createAlone}
      read={(data): Typed => ({
        projectId,
        name: String(data.get('name')),
        branch: String(data.get('branch')),
        servers: readPlaces(data, data.get('adopt') === 'on'),
        permissions: readPermissions(data),
      })}
      done={(path) => {
        router.push(path)
        router.refresh()
      }}
    >
      <SelectField
        name="projectId"
        label="Project"
        value={projectId}
        onChange={(event) => setProjectId(event.target.value)}
      >
        {projects.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {project && <Branches key={project.id} project={project} onRead={setRefs} />}
      <Field name="name" label="Name" defaultValue="production" autoComplete="off" required />
      <Field
        key={usual}
        name="branch"
        label="Branch"
        defaultValue={usual}
        list="branches"
        autoComplete="off"
        autoCapitalize="none"
        required
      />
      <datalist id="branches">
        {branches.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <PlaceFields servers={servers} root="/webroot" />
      <p className="-mt-2 text-ink-soft">
        Releases, shared files and the link to the live release (current) go into this folder.
      </p>
      <PermissionFields permissions={{ mode: 'keep-exec', owner: 'www-data', group: 'deployer' }} />
      <p className="-mt-2 text-ink-soft">
        So that the web server may read what the deploy user wrote. The server’s check says whether both are there.
      </p>
      <label className="flex items-start gap-2">
        <input type="checkbox" name="adopt" className="mt-1 accent-(--accent)" />
        <span>
          Take over what is there
          <span className="block text-ink-soft">
            Only if the folder already has a “current” that another tool made. Nothing is deleted.
          </span>
        </span>
      </label>
      <div>
        <SubmitButton busyText="Making it…">{deploys ? 'Make it and deploy' : 'Make the environment'}</SubmitButton>
      </div>
    </Form>
  )
}
