// What a Git host told, and what Fairlead said to it, each in a line.
import type { DeliveryView } from '@/lib/api/shapes-webhooks.ts'
import type { Told } from '@/lib/spec/push.ts'
import { shortSha } from '@/lib/format/revision.ts'

/** Of several pushes at once the first few. */
const shown = 3

/** `main at 1a2b3c4 by ada`, `v1.2 is gone`, `build of 1a2b3c4 passed` */
export function toldWords(told: Told): string {
  const lines =
    told.type === 'pushes'
      ? told.pushes.map(({ kind, name, commit, pusher }) => {
          const what = kind === 'tag' ? `tag ${name}` : name
          if (commit === null) return `${what} is gone`
          return `${what} at ${shortSha(commit)}${pusher && ` by ${pusher}`}`
        })
      : told.checks.map(({ name, commit, state }) => `${name} of ${shortSha(commit)} ${checkWords[state]}`)
  const more = lines.length - shown
  return [...lines.slice(0, shown), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/** What was answered, and what to do about it where somebody has to; nothing where the lines below say what came of it. */
export function answerWords({ state, verdict, reason, words, outcomes }: DeliveryView): string {
  if (verdict === 'accepted' && state === 'handled') return outcomes.length === 0 ? 'Nothing came of it.' : ''
  return verdict === 'refused' && remedies[reason] ? `${words} ${remedies[reason]}` : words
}

const remedies: Partial<Record<string, string>> = {
  wrong_signature: 'Enter the secret there once more; if it is lost, make a new one under Webhooks.',
  late_signature: 'Set both clocks.',
  shape: 'Check whether the webhook was made for this kind of Git host.',
  not_json: 'Let the host send application/json.',
  other_repository: 'Remove the webhook there, or give the project that repository.',
}

const checkWords = { passed: 'passed', failed: 'failed', waiting: 'is waiting' } as const
