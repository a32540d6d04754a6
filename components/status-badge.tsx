// The one way a state is shown: colour, shape and word, everywhere the same.
import {
  Archive,
  Ban,
  Check,
  Circle,
  CircleDashed,
  CircleHelp,
  Clock,
  Layers,
  LoaderCircle,
  Minus,
  Pause,
  TriangleAlert,
  X,
  type LucideIcon,
} from 'lucide-react'

type Look = { word: string; icon: LucideIcon; tone: keyof typeof tones; spins?: true; fills?: true }

const tones = {
  neutral: 'text-ink-soft bg-sunken border-line',
  live: 'text-accent bg-accent-soft border-accent/30',
  good: 'text-good bg-good-soft border-good/30',
  bad: 'text-bad bg-bad-soft border-bad/30',
  warn: 'text-warn bg-warn-soft border-warn/30',
} as const

const looks = {
  // deployments
  queued: { word: 'Queued', icon: Clock, tone: 'neutral' },
  running: { word: 'Running', icon: LoaderCircle, tone: 'live', spins: true },
  succeeded: { word: 'Succeeded', icon: Check, tone: 'good' },
  failed: { word: 'Failed', icon: X, tone: 'bad' },
  cancelled: { word: 'Cancelled', icon: Ban, tone: 'warn' },
  superseded: { word: 'Superseded', icon: Layers, tone: 'neutral' },
  // releases
  active: { word: 'Live', icon: Circle, tone: 'good', fills: true },
  complete: { word: 'Kept', icon: Archive, tone: 'neutral' },
  incomplete: { word: 'Incomplete', icon: CircleDashed, tone: 'neutral' },
  removed: { word: 'Removed', icon: Minus, tone: 'neutral' },
  // steps
  waiting: { word: 'Waiting', icon: CircleDashed, tone: 'neutral' },
  ok: { word: 'Done', icon: Check, tone: 'good' },
  ignored: { word: 'Failed, ignored', icon: TriangleAlert, tone: 'warn' },
  timed_out: { word: 'Timed out', icon: Clock, tone: 'bad' },
  output_limit: { word: 'Too much output', icon: X, tone: 'bad' },
  not_killed: { word: 'Not killed', icon: TriangleAlert, tone: 'bad' },
  skipped: { word: 'Skipped', icon: Minus, tone: 'neutral' },
  lost: { word: 'Lost', icon: CircleHelp, tone: 'bad' },
  // findings of a check
  warning: { word: 'Warning', icon: TriangleAlert, tone: 'warn' },
  note: { word: 'Note', icon: Circle, tone: 'neutral' },
  error: { word: 'Problem', icon: X, tone: 'bad' },
  // what would be deployed by itself
  paused: { word: 'Paused', icon: Pause, tone: 'warn' },
  push_waits: { word: 'Push waits', icon: Clock, tone: 'neutral' },
  held: { word: 'Held', icon: Pause, tone: 'warn' },
  frozen: { word: 'Frozen now', icon: Pause, tone: 'warn' },
  // messages
  sent: { word: 'Sent', icon: Check, tone: 'good' },
  dropped: { word: 'Dropped', icon: Minus, tone: 'neutral' },
  // servers of several
  looking: { word: 'Unknown', icon: CircleHelp, tone: 'warn' },
  unknown: { word: 'Unknown', icon: CircleHelp, tone: 'neutral' },
} satisfies Record<string, Look>

const motion = ({ spins, fills }: Look) => (spins ? 'animate-spin' : fills ? 'size-2 fill-current' : undefined)

const known = (status: string): Look => (looks as Record<string, Look>)[status] ?? { ...looks.unknown, word: status }

export const statusWord = (status: string): string => known(status).word

export function StatusBadge({ status, word }: { status: string; word?: string }) {
  const look = known(status)
  const Icon = look.icon
  return (
    <span
      data-status={status}
      className={`inline-flex items-center gap-1.5 whitespace-nowrap rounded-full border px-2 py-0.5 text-xs font-medium leading-4 ${tones[look.tone]}`}
    >
      <Icon aria-hidden size={12} strokeWidth={2.5} className={motion(look)} />
      {word ?? look.word}
    </span>
  )
}

/** The badge's shape and colour alone, for dense lists where the word stands in a title and for screen readers. */
export function StatusMark({ status }: { status: string }) {
  const look = known(status)
  const Icon = look.icon
  return (
    <span
      title={look.word}
      data-status={status}
      className={`inline-grid size-5 shrink-0 place-items-center rounded-full border ${tones[look.tone]}`}
    >
      <Icon aria-hidden size={12} strokeWidth={2.5} className={motion(look)} />
      <span className="sr-only">{look.word}</span>
    </span>
  )
}
