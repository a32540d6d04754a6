'use client'
// The log: a million lines as a list that only draws what is in sight. Follows the end until one scrolls up, then counts
// what waits; searches, filters by step, links to lines.
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Rows, type LogLines } from './lines.ts'
import { LogFilter, segmentsOf, type Servers } from './log-filter.tsx'
import { LogRow } from './log-row.tsx'
import { LogToolbar } from './log-toolbar.tsx'
import { useLogSearch } from './use-log-search.ts'

const lineHeight = 20
const headingHeight = 32

type LogViewerProps = {
  log: LogLines
  /** Names of steps by `stepKey`. */
  names: ReadonlyMap<string, string>
  /** Names of servers by segment, where there are several. */
  servers?: Servers | undefined
  /** More may come: the end is followed. */
  isLive: boolean
  /** The step to show alone, or null for all. */
  only: string | null
  onOnly: (key: string | null) => void
  /** Where to open: the step whose end is shown first. */
  openAt: string | null
  /** Where the whole log can be had as a file; null = nowhere. */
  rawHref: string | null
  isLoading: boolean
}

const linkedLine = () => Number(/^#L(\d{1,9})$/.exec(location.hash)?.[1] ?? 0)

export function LogViewer(props: LogViewerProps) {
  const { log, names, servers, isLive, only, onOnly, openAt, rawHref, isLoading } = props
  const server = servers?.only ?? null
  const rows = useMemo(
    () => new Rows(log, { key: only, segments: server === null ? null : segmentsOf(servers, server) }),
    [log, only, server, servers],
  )
  const namesServers = servers !== undefined && only === null && server === null
  const finder = useLogSearch(rows)
  const scroller = useRef<HTMLDivElement>(null)
  const [wraps, setWraps] = useState(false)
  const [follows, setFollows] = useState(isLive)
  const [seenCount, setSeenCount] = useState(0)
  const [linked, setLinked] = useState(0)
  const lastTop = useRef(0)
  const isPlaced = useRef(false)

  const list = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows.at(index)?.kind === 'step' ? headingHeight : lineHeight),
    overscan: 12,
  })
  const total = list.getTotalSize()

  function show(row: number | null, align: 'center' | 'end' = 'center') {
    if (row === null) return
    setFollows(false)
    setSeenCount(rows.count)
    list.scrollToIndex(row, { align })
  }

  useLayoutEffect(() => {
    const element = scroller.current
    if (follows && element) element.scrollTop = element.scrollHeight
  }, [follows, total, rows])

  // Opens, once there are lines, at the line in the address, or at the end of the failing step.
  const place = useEffectEvent(() => {
    if (isPlaced.current) return
    isPlaced.current = true
    if (!isLive) setFollows(false)
    const line = linkedLine()
    setLinked(line)
    if (line) show(rows.rowOf(line))
    // Whoever is reading already, in a log that takes long to come, is left there.
    else if (openAt && scroller.current?.scrollTop === 0) show(rows.lastRowOf(openAt), 'end')
  })
  useEffect(() => {
    if (!isLoading && rows.count > 0) place()
  }, [isLoading, rows])

  useEffect(() => {
    const onHash = () => setLinked(linkedLine())
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [])

  // Who goes to the end of a log that is still being read means its last line.
  function follow() {
    setFollows(isLive || isLoading)
  }

  function onScroll() {
    const element = scroller.current
    if (!element) return
    const isUp = element.scrollTop < lastTop.current - 1
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < lineHeight
    lastTop.current = element.scrollTop
    if (isAtEnd) follow()
    else if (isUp && follows) {
      setFollows(false)
      setSeenCount(rows.count)
    }
  }

  function step(direction: 1 | -1) {
    const row = rows.at(list.range?.startIndex ?? 0)
    const number = finder.step(direction, row?.kind === 'line' ? row.number : 0)
    if (number !== null) show(rows.rowOf(number))
  }

  const waiting = follows ? 0 : rows.count - seenCount
  return (
    <section
      aria-label="Log"
      className="flex h-full min-h-0 flex-col overflow-hidden rounded-one border bg-log shadow-one"
    >
      <LogToolbar finder={finder} onStep={step} wraps={wraps} onWrap={() => setWraps(!wraps)} rawHref={rawHref}>
        <LogFilter log={log} names={names} servers={servers} only={only} onOnly={onOnly} />
      </LogToolbar>
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroller}
          onScroll={onScroll}
          onKeyDown={({ key }) => key === 'End' && follow()}
          tabIndex={0}
          role="region"
          aria-label="Output"
          data-lines={log.count}
          className="h-full overflow-auto overscroll-contain font-mono text-xs leading-5 [overflow-anchor:none]"
        >
          {rows.count === 0 ? (
            <p className="p-4 font-sans text-sm text-ink-soft">
              {isLoading
                ? 'Reading the log…'
                : isLive
                  ? 'No output yet. Lines appear here the moment the server writes them.'
                  : 'Nothing was written.'}
            </p>
          ) : (
            <div
              style={{ height: total, position: 'relative', minWidth: '100%', width: wraps ? '100%' : 'max-content' }}
            >
              <div
                style={{ transform: `translateY(${list.getVirtualItems()[0]?.start ?? 0}px)` }}
                className={wraps ? 'w-full' : 'w-max min-w-full'}
              >
                {list.getVirtualItems().map((item) => {
                  const row = rows.at(item.index)
                  if (!row) return null
                  return (
                    <div key={item.key} data-index={item.index} ref={wraps ? list.measureElement : undefined}>
                      {row.kind === 'step' ? (
                        <div className="flex h-8 items-center border-y bg-sunken">
                          <h2 className="sticky left-0 px-4 font-sans font-semibold text-ink-soft">
                            {namesServers && `${servers.names.get(row.step.segment) ?? row.step.segment}: `}
                            {names.get(row.step.key) ?? row.step.key}
                          </h2>
                        </div>
                      ) : (
                        <LogRow
                          line={row.step.lines[row.index]!}
                          number={row.number}
                          found={finder.hits.has(row.number) ? finder.mark : null}
                          isCurrent={finder.current === row.number}
                          isLinked={linked === row.number}
                          wraps={wraps}
                          server={namesServers ? (servers.names.get(row.step.segment) ?? row.step.segment) : null}
                          colour={servers?.all.indexOf(servers.names.get(row.step.segment) ?? '') ?? 0}
                        />
                      )}
                    </div>
                  )
                })}
              </div>
            </div>
          )}
        </div>
        {isLive && !follows && (
          <button
            type="button"
            onClick={() => setFollows(true)}
            className="absolute bottom-3 left-1/2 flex -translate-x-1/2 items-center gap-1.5 rounded-full border bg-panel px-3 py-1 text-xs font-medium shadow-one hover:bg-sunken"
          >
            <ArrowDown aria-hidden size={14} />
            {waiting > 0 ? `${waiting.toLocaleString('en')} new ${waiting === 1 ? 'line' : 'lines'}` : 'Follow the end'}
          </button>
        )}
      </div>
    </section>
  )
}
