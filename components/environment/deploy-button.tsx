'use client'
import { Rocket } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Dialog } from 'radix-ui'
import { useEffect, useState } from 'react'
import { requestDeployment } from '@/app/actions/deployments.ts'
import { readCommits } from '@/app/actions/environments.ts'
import { readBranches } from '@/app/actions/projects.ts'
import type { Commit, EnvironmentView, Ref } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { Field } from '../form/field.tsx'
import { Complaint, Form, SubmitButton } from '../form/form.tsx'
import { attempt, type Refusal } from '../form/outcome.ts'
import { buttonStyle, cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

/** Deploys the environment's branch with one more tap, or any branch, tag or commit that is picked or typed. */
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
  return (
    <Form
      label="Deploy"
      act={requestDeployment}
      read={() => ({ environmentId: environment.id, ref: ref.trim() })}
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
      <CommitList
        environment={environment}
        branch={refs.some(({ name }) => name === ref) ? ref : environment.branch}
        chosen={ref}
        onChoose={setRef}
      />
    </Form>
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

type CommitListProps = { environment: EnvironmentView; branch: string; chosen: string; onChoose: (ref: string) => void }

/** The last commits of the branch; the live one is marked, so that one sees what would change. */
function CommitList({ environment, branch, chosen, onChoose }: CommitListProps) {
  const [commits, setCommits] = useState<Commit[] | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  useEffect(() => {
    let isGone = false
    void attempt(readCommits, { environmentId: environment.id, ref: branch }).then((outcome) => {
      if (isGone) return
      if (outcome.ok) setCommits(outcome.value)
      else setRefusal(outcome.error)
    })
    return () => {
      isGone = true
    }
  }, [environment.id, branch])

  if (refusal) return <Complaint refusal={refusal} />
  const liveAt = commits?.findIndex(({ sha }) => sha === environment.live?.revision) ?? -1
  return (
    <section aria-label={`Last commits of ${branch}`}>
      <p role="status" className="mb-1 text-ink-soft">
        {commits === null
          ? `Reading the last commits of ${branch}…`
          : liveAt > 0
            ? `${liveAt} ${liveAt === 1 ? 'commit' : 'commits'} on ${branch} since the live release`
            : liveAt === 0
              ? `${branch} is what is live`
              : `Last commits of ${branch}`}
      </p>
      <ul className="max-h-72 min-h-40 divide-y overflow-y-auto rounded-one border">
        {commits?.slice(0, 30).map((commit) => (
          <li key={commit.sha}>
            <button
              type="button"
              aria-pressed={chosen === commit.sha}
              onClick={() => onChoose(commit.sha)}
              className="grid w-full grid-cols-[1fr_auto] gap-x-3 px-2.5 py-1.5 text-left hover:bg-sunken aria-pressed:bg-accent-soft"
            >
              <span className="truncate">{commit.subject}</span>
              <code className="font-mono text-xs leading-5 text-ink-soft">{shortSha(commit.sha)}</code>
              <span className="truncate text-xs text-ink-soft">
                {commit.author}, <RelativeTime at={commit.at} />
              </span>
              {commit.sha === environment.live?.revision && <span className="text-xs font-medium text-good">live</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
