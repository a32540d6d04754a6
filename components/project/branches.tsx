'use client'
import { useEffect, useEffectEvent, useState } from 'react'
import { readBranches } from '@/app/actions/projects.ts'
import type { ProjectView, Ref } from '@/lib/api/shapes.ts'
import { CopyLine } from '../copy-button.tsx'
import { ActButton } from '../form/act-button.tsx'
import { Complaint } from '../form/form.tsx'
import { attempt, type Outcome, type Refusal } from '../form/outcome.ts'

/** Reads the branches of a project live: the proof that the panel reaches the repository. Gives them to `onRead`. */
export function Branches({ project, onRead }: { project: ProjectView; onRead: (refs: Ref[]) => void }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [count, setCount] = useState<number | null>(null)

  function take(refs: Ref[]) {
    setRefusal(null)
    setCount(refs.filter(({ kind }) => kind === 'branch').length)
    onRead(refs)
  }
  const answered = useEffectEvent((outcome: Outcome<Ref[]>) => {
    if (outcome.ok) take(outcome.value)
    else setRefusal(outcome.error)
  })
  useEffect(() => {
    let isGone = false
    void attempt(readBranches, { id: project.id }).then((outcome) => {
      if (!isGone) answered(outcome)
    })
    return () => {
      isGone = true
    }
  }, [project.id])

  return (
    <div className="grid gap-2">
      {project.publicKey && (refusal || count === null) && (
        <>
          <p>Add this deploy key (reading is enough) to the repository:</p>
          <CopyLine text={project.publicKey} label="Copy the key" />
        </>
      )}
      <p role="status" className={count === null ? 'text-ink-soft' : 'text-good'}>
        {count !== null
          ? `The repository answers: ${count} ${count === 1 ? 'branch' : 'branches'}.`
          : refusal
            ? ''
            : 'Reading the branches…'}
      </p>
      {refusal && (
        <>
          <Complaint refusal={refusal} />
          <div>
            <ActButton kind="plain" busyText="Reading…" act={() => readBranches({ id: project.id })} done={take}>
              Read the branches again
            </ActButton>
          </div>
        </>
      )}
    </div>
  )
}
