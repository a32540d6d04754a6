'use client'
import { Rocket } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Dialog } from 'radix-ui'
import { useEffect, useState } from 'react'
import { requestDeployment } from '@/app/actions/deployments.ts'
import { readBranches } from '@/app/actions/projects.ts'
import type { EnvironmentView, Ref } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { attempt } from '../form/outcome.ts'
import { buttonStyle, cardStyle } from '../style.ts'
import { DeployChange } from './deploy-change.tsx'
import { CommitList } from './deploy-commits.tsx'
import { DeployServers } from './deploy-servers.tsx'

/** Deploys the environment's branch with one more tap, having said what will change; or any branch, tag or commit that is picked or typed. */
export function DeployButton({ environment }: { environment: EnvironmentView }) {
  return (
    <Dialog.Root>
      <Dialog.Trigger aria-keyshortcuts="d" className={buttonStyle.primary}>
        <Rocket aria-hidden size={14} /> Deploy
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          className={`${cardStyle} fixed left-1/2 top-[8dvh] z-50 flex max-h-[84dvh] w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 flex-col gap-4 overflow-y-auto p-5`}
        >
          <Dialog.Title className="text-base font-semibold">
            Deploy {environment.project} to {environment.name}
          </Dialog.Title>
          <Dialog.Description className="-mt-3 text-ink-soft">
            {environment.live
              ? `Release ${environment.live.number} (${shortSha(environment.live.revision)}) stays live until the new one is complete.`
              : 'Nothing is live yet.'}
          </Dialog.Description>
          <DeployForm environment={environment} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function DeployForm({ environment }: { environment: EnvironmentView }) {
  const router = useRouter()
  const [ref, setRef] = useState(environment.branch)
  const refs = useRefs(environment.projectId)
  const [servers, setServers] = useState<string[] | null>(null)
  return (
    <div className="grid gap-4">
      <Form
        label="Deploy"
        act={requestDeployment}
        read={() => ({ environmentId: environment.id, ref: ref.trim(), ...(servers ? { servers } : {}) })}
        done={(deployment) => router.push(`/deployments/${deployment.id}`)}
      >
        <div className="flex items-end gap-2 [&>:first-child]:min-w-0 [&>:first-child]:flex-1">
          <Field
            name="ref"
            label="Branch, tag or commit"
            value={ref}
            onChange={(event) => setRef(event.target.value)}
            list="refs"
            autoComplete="off"
            autoCapitalize="none"
            className="font-mono text-xs"
          />
          <SubmitButton busyText="Starting…">Deploy</SubmitButton>
        </div>
        <datalist id="refs">
          {refs.map(({ name, kind }) => (
            <option key={`${kind} ${name}`} value={name}>
              {kind}
            </option>
          ))}
        </datalist>
        <DeployServers environment={environment} chosen={servers} onChoose={setServers} />
      </Form>
      <DeployChange environment={environment} chosen={ref.trim()} servers={servers} />
      <CommitList
        environment={environment}
        branch={refs.some(({ name }) => name === ref) ? ref : environment.branch}
        chosen={ref}
        onChoose={setRef}
      />
    </div>
  )
}

function useRefs(projectId: string): Ref[] {
  const [refs, setRefs] = useState<Ref[]>([])
  useEffect(() => {
    let isGone = false
    void attempt(readBranches, { id: projectId }).then((outcome) => {
      if (!isGone && outcome.ok) setRefs(outcome.value)
    })
    return () => {
      isGone = true
    }
  }, [projectId])
  return refs
}
