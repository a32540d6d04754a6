'use client'
import { useEffect, useState } from 'react'
import { readCommits } from '@/app/actions/environments.ts'
import type { Commit } from '@/lib/api/shapes.ts'
import type { EnvironmentHit } from '@/lib/api/shapes-overview.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { attempt } from '../form/outcome.ts'
import type { Group } from './commands.ts'

type Commits = { group: Group; isLooking: boolean; problem: string | null }

/** The last commits of an environment's branch that hold `words`, each to be deployed; null = none are wanted. */
export function useCommits(environment: EnvironmentHit | null, words: string): Commits {
  const [commits, setCommits] = useState<Commit[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const id = environment?.id ?? null
  useEffect(() => {
    if (id === null) return
    let isGone = false
    setCommits(null)
    setProblem(null)
    void attempt(readCommits, { environmentId: id }).then((outcome) => {
      if (isGone) return
      if (outcome.ok) setCommits(outcome.value)
      else setProblem(outcome.error.message)
    })
    return () => {
      isGone = true
    }
  }, [id])

  const wanted = words.toLowerCase().split(' ')
  const lines = (commits ?? []).filter(({ sha, subject, author }) => {
    const text = `${sha} ${subject} ${author}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
  return {
    group: {
      name: environment ? `Commits of ${environment.branch}` : '',
      commands: lines.map(({ sha, subject, author }) => ({
        id: sha,
        title: subject,
        detail: `${shortSha(sha)} ${author}${sha === environment?.live?.revision ? ', live now' : ''}`,
        act: { do: 'deploy', environmentId: environment?.id ?? '', ref: sha },
      })),
    },
    isLooking: environment !== null && commits === null && problem === null,
    problem,
  }
}
