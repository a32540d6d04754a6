'use client'
import type { Standing } from '@/lib/deploy/server-words.ts'
import { useNow } from '../providers.tsx'

/** One server in the matrix. `batch`: 1-based; 0 = nobody knows when it switches. `say`: its words at a moment (epoch ms). */
export type Column = {
  targetId: string
  server: string
  batch: number
  standing: Standing
  say: (now: number) => string
}

/** How a server stands; the words of one that is looked for count the seconds. */
export function StandingWords({ column }: { column: Column }) {
  return column.standing.status === 'looking' ? <Counting say={column.say} /> : column.standing.words
}

function Counting({ say }: Pick<Column, 'say'>) {
  return say(useNow())
}

/** Red is for what failed; what is out of sight or was put back is a warning. */
export function standingTone({ status, isTrouble }: Standing): string {
  if (status === 'failed' || status === 'lost') return 'text-bad'
  return isTrouble || status === 'cancelled' ? 'text-warn' : 'text-ink-soft'
}
