'use client'
// The palette: everything by a few letters and Enter. A combobox over a list, as screen readers know it.
import { useRouter } from 'next/navigation'
import { Dialog } from 'radix-ui'
import { useState, type KeyboardEvent } from 'react'
import { requestDeployment, rollBack } from '@/app/actions/deployments.ts'
import type { EnvironmentHit } from '@/lib/api/shapes-overview.ts'
import { attempt } from '../form/outcome.ts'
import { cardStyle } from '../style.ts'
import type { Reach } from '../places.ts'
import { fixedCommands, groupsFor, type Command } from './commands.ts'
import { CommandList, optionId } from './command-list.tsx'
import { giveFocusBack, show } from './shown.ts'
import { useCommits } from './use-commits.ts'
import { useFound } from './use-found.ts'
import { readWish } from './wish.ts'

const close = () => show(null)

export function Palette({ text: begins, reach }: { text: string; reach: Reach }) {
  const router = useRouter()
  const [text, setText] = useState(begins)
  /** Whose commits are to be picked from. */
  const [picking, setPicking] = useState<EnvironmentHit | null>(null)
  const [active, setActive] = useState<string | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const wish = readWish(text)
  const search = useFound(wish.words)
  const commits = useCommits(picking, text.trim())
  const groups = picking
    ? [commits.group].filter((group) => group.commands.length > 0)
    : groupsFor(wish, search.found, fixedCommands(reach))
  const { isLooking, problem } = picking ? commits : search
  const commands = groups.flatMap((group) => group.commands)
  const chosen = commands.find(({ id }) => id === active) ?? commands[0]

  function type(next: string) {
    setText(next)
    setActive(null)
    setRefusal(null)
  }

  async function run({ id, act }: Command) {
    if (busy !== null) return
    if (act.do === 'type') return type(act.text)
    if (act.do === 'shortcuts') return show({ what: 'shortcuts' })
    if (act.do === 'commits') {
      type('')
      return setPicking(act.environment)
    }
    if (act.do === 'go') {
      close()
      return router.push(act.href)
    }
    setBusy(id)
    setRefusal(null)
    const { environmentId } = act
    const outcome =
      act.do === 'deploy'
        ? await attempt(requestDeployment, { environmentId, ref: act.ref })
        : await attempt(rollBack, { environmentId })
    setBusy(null)
    if (!outcome.ok) return setRefusal(outcome.error.message)
    close()
    router.push(`/deployments/${outcome.value.id}`)
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    const at = chosen ? commands.indexOf(chosen) : -1
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1 + commands.length,
      PageDown: Math.min(at + 8, commands.length - 1),
      PageUp: Math.max(at - 8, 0),
    }
    const next = moves[event.key]
    if (next !== undefined && commands.length > 0) {
      event.preventDefault()
      setActive(commands[next % commands.length]!.id)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      // What was typed since the last answer may mean something else.
      if (chosen && !isLooking) void run(chosen)
    } else if (event.key === 'Backspace' && picking && text === '') {
      event.preventDefault()
      setPicking(null)
    }
  }

  const title = picking ? `Deploy a commit to ${picking.project} / ${picking.name}` : 'Find, go or do'
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || close()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveFocusBack}
          className={`${cardStyle} fixed left-1/2 top-[10dvh] z-50 flex max-h-[75dvh] w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden`}
        >
          <Dialog.Title className={picking ? 'border-b px-4 py-2 text-xs font-medium text-ink-soft' : 'sr-only'}>
            {title}
          </Dialog.Title>
          <input
            role="combobox"
            aria-expanded
            aria-autocomplete="list"
            aria-controls="palette-list"
            aria-activedescendant={chosen && optionId(chosen)}
            aria-label={title}
            value={text}
            maxLength={200}
            onChange={(event) => type(event.target.value)}
            onKeyDown={onKey}
            placeholder={picking ? 'Find a commit' : 'An environment, a server, a commit, or what to do'}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="w-full border-b bg-panel px-4 py-3 text-base text-ink outline-none placeholder:text-ink-soft"
          />
          <div role="alert" className="border-b bg-bad-soft px-4 py-2 text-bad empty:hidden">
            {refusal ?? problem}
          </div>
          <CommandList
            groups={groups}
            chosen={chosen}
            busy={busy}
            onPoint={setActive}
            onRun={(command) => void run(command)}
          />
          <p role="status" className="border-t px-4 py-2 text-xs text-ink-soft">
            {busy !== null
              ? 'Starting …'
              : isLooking
                ? 'Looking …'
                : commands.length === 0
                  ? `Nothing found for “${text.trim()}”.`
                  : `${commands.length} ${commands.length === 1 ? 'line' : 'lines'}. Arrows choose, Enter does it, Escape closes.`}
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
