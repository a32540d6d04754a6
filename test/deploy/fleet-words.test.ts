import { describe, expect, it } from 'vitest'
import { eventWords, fleetSummary, listed, skewWords } from '@/lib/deploy/fleet-words.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { standingOf } from '@/lib/deploy/server-words.ts'
import { switchSkew } from '@/lib/deploy/skew.ts'
import { planSteps } from '@/lib/panel/deployment-view.ts'
import { fleetOf, goodRun, planFleet, release, Story, tenServers } from '../components/fleet-story.ts'

const plan = planFleet(10, 2)
const fleet = fleetOf(plan)
const names = { steps: planSteps(plan, new Map()), title: (step: string) => `“${step}”` }

/** The summary, and how each server stands that doesn't stand as most do; 12 s after the last event. */
function said(story: Story): { summary: string; servers: Record<string, string> } {
  const state = reduce(story.events)
  const servers = fleet.targets.map((target) => [
    target.server,
    standingOf(fleet, state, target, story.ms + 12_000, names).words,
  ])
  return { summary: fleetSummary(fleet, state, story.ms + 12_000), servers: Object.fromEntries(servers) as never }
}

describe('a run on ten servers says', () => {
  it('how many are ready while the release is made', () => {
    const { summary, servers } = said(tenServers(plan, 'making'))
    expect(summary).toBe('Making release 12 on 10 servers: 8 are ready. None switches before all are.')
    expect(servers).toMatchObject({ 'web-1': 'ready, waits for the others', 'web-7': 'making release 12' })
  })

  it('which batch switches, and which is next', () => {
    const { summary, servers } = said(tenServers(plan, 'switching'))
    expect(summary).toBe('Batch 2 of 5: web-3 and web-4. Next: web-5 and web-6. Release 12 is live on 3 of 10 servers.')
    expect(servers).toMatchObject({
      'web-1': 'switched to release 12',
      'web-4': 'switching to release 12',
      'web-5': 'ready, waits for batch 3',
    })
  })

  it('where it failed, and which server is looked for since when', () => {
    const { summary, servers } = said(tenServers(plan, 'trouble'))
    expect(summary).toMatch(/Looking for web-4: what happens there goes on by itself\.$/)
    expect(servers).toMatchObject({
      'web-3': 'failed at “after.deploy” with exit code 1; release 12 is live',
      'web-4': 'unknown: looking, last seen 14:00:04 UTC, trying again (17 s)',
    })
  })

  it('that nobody knows what is live where a server was lost after its switch', () => {
    const story = new Story(plan).fly('ship', [1, 2]).commit().batch(1, [1, 2])
    story.fly('switch', [1, 2], { 2: { step: 'after.deploy', outcome: 'running' } }).lose('switch', 2)
    const { summary, servers } = said(story)
    expect(summary).toMatch(/Release 12 is live on 1 of 10 servers\. Looking for web-2: /)
    expect(servers['web-2']).toMatch(/^unknown: looking/)
  })

  it('where it failed also when only its segment says so, and how long the others wait for one that is out of sight', () => {
    const story = new Story(plan).fly('ship', [1, 2], {
      1: { step: 'after.pull', outcome: 'failed', exit: 2 },
      2: { step: 'tree', outcome: 'running' },
    })
    expect(said(story).servers['web-1']).toBe('failed at “after.pull” with exit code 2; release 11 is live')
    story.lose('ship', 2)
    expect(said(story).summary).toBe(
      'Making release 12 on 10 servers: none are ready. None switches before all are. ' +
        'Looking for web-2: what happens there goes on by itself, and the others wait until 14:10:03 UTC at most.',
    )
  })

  it('where the release before is being put back', () => {
    const { summary, servers } = said(tenServers(plan, 'undoing'))
    expect(summary).toMatch(/^Putting back what was live before on web-2\. /)
    expect(servers).toMatchObject({
      'web-1': 'put back to release 11',
      'web-2': 'putting release 11 back',
      'web-5': 'not switched; release 11 is live',
    })
  })

  it('that the others go on where a minimum lets them, and who is put back meanwhile', () => {
    const going = { ...fleet, goesOn: true }
    const story = new Story(plan)
      .fly('ship', [2, 3, 4, 5, 6, 7, 8, 9, 10])
      .fly('ship', [1], { 1: { step: 'after.pull', outcome: 'failed', exit: 2 } })
    const summary = fleetSummary(going, reduce(story.events), story.ms)
    expect(summary).toMatch(/: 9 are ready\. None switches before the others are; web-1 failed\.$/)
    const back = tenServers(plan, 'trouble').undo([3], 'It failed.')
    const said = fleetSummary(going, reduce(back.events), back.ms)
    expect(said).toMatch(
      /^Batch 2 of 5: web-3 and web-4\. Next: .* Putting back what was live before on web-3\. Looking for web-4: .* the others wait until/,
    )
  })

  it('at the end which servers have what, and of which nobody knows', () => {
    const { summary, servers } = said(tenServers(plan))
    expect(summary).toBe('9 of 10 servers have release 11. What is live on web-4 is unknown.')
    expect(servers).toMatchObject({
      'web-2': 'put back to release 11',
      'web-3': 'failed at “after.deploy” with exit code 1; put back to release 11',
      'web-4': 'given up by Anna; what is live there is unknown',
    })
    const story = tenServers(plan, 'trouble').say({ type: 'segment.attached', data: { segment: 'switch-4' } })
    story.say({ type: 'finished', data: { status: 'failed', failure: null } })
    expect(said(story).summary).toBe('7 of 10 servers have release 11. web-1, web-2 and web-3 have release 12.')
  })

  it('that all have the new release, and how far apart they switched', () => {
    const { events } = goodRun(plan)
    expect(fleetSummary(fleet, reduce(events), 0)).toBe('All 10 servers have release 12.')
    const skew = switchSkew(events)
    // Clocks that are 137 ms apart from server to server are no skew; the switches were 2 ms apart.
    expect(skew).toEqual({ spreadMs: 2, errorMs: 20 })
    expect(skewWords(fleet, skew)).toBe('The servers of each batch switched within 2 ms (± 20 ms).')
  })

  it('until when the others wait for the first', () => {
    const first = () => new Story(plan).fly('ship', [1, 2]).commit().batch(1, [1]).fly('switch', [1])
    const timed = first()
    const until = new Date(timed.ms + 72_000).toISOString()
    timed.say({ type: 'batch.waiting', data: { batch: 2, until } })
    expect(said(timed).summary).toBe(
      'Release 12 is live on web-1. The other 9 follow at 14:01:16 UTC (in 1m 00s), or as soon as somebody says so.',
    )
    const asked = first().say({ type: 'batch.waiting', data: { batch: 2, until: null } })
    expect(said(asked).summary).toBe(
      'Release 12 is live on web-1. The other 9 wait since 14:00:04 UTC until somebody lets them follow.',
    )
  })

  it('what the panel asks, for how long, and what it was not answered', () => {
    const story = new Story(plan).fly('ship', [1, 2]).commit().batch(1, [1, 2]).fly('switch', [1, 2])
    for (const place of [1, 2])
      story.say({ type: 'readiness.began', data: { targetId: story.targetId(place), name: 'home' } })
    const checked = { ...fleet, checks: [{ name: 'home', totalSeconds: 300 }] }
    const words = (place: number) => {
      const state = reduce(story.events)
      return standingOf(checked, state, fleet.targets[place - 1]!, 0, names).words
    }
    expect(words(1)).toBe('switched to release 12; asking whether it is ready (home, 5m 00s at most)')
    expect(fleetSummary(checked, reduce(story.events), 0)).toMatch(/ Asking whether web-1 and web-2 are ready\.$/)
    const message = 'http://192.0.2.1/ answered 500.'
    const ended = { targetId: story.targetId(1), name: 'home', ok: false, tries: 60, message, answer: '' }
    story.say({ type: 'readiness.ended', data: ended })
    story.fail('switch', 1, { code: 'not_ready', server: 'web-1', step: 'ready: home', message })
    expect(words(1)).toBe('not ready: http://192.0.2.1/ answered 500; release 12 is live')
  })

  it('who was never reached, and who was cancelled', () => {
    const story = new Story(plan).fly('ship', [1])
    const message = 'web-2 did not let us in within 15 s.'
    story.fail('ship', 2, { code: 'unreachable', server: 'web-2', message })
    const sent = { segment: 'ship-3', targetId: story.targetId(3) }
    story.say({ type: 'segment.sent', data: { ...sent, server: 'web-3' } })
    story.say({ type: 'segment.ended', data: { segment: 'ship-3', outcome: 'cancelled', at: story.ms } })
    expect(said(story).servers).toMatchObject({
      'web-2': 'not reached: web-2 did not let us in within 15 s; release 11 is live',
      'web-3': 'cancelled; release 11 is live',
      'web-4': 'waiting',
    })
  })
})

it('says each event of several servers in a line', () => {
  const story = tenServers(plan)
  const state = reduce(story.events)
  const at = (segment: string) => names.steps.find((step) => step.segment === segment)!.server
  const lines = story.events.flatMap((event) => eventWords(event, fleet, at) ?? [])
  expect(lines).toEqual([
    'batch 1: web-1 and web-2',
    'web-1: release 12 is live',
    'web-2: release 12 is live',
    'batch 2: web-3 and web-4',
    'web-3: release 12 is live',
    'web-3: after.deploy ended with exit code 1.',
    'web-4: out of sight (web-4 did not answer within 15 s.), last seen 14:00:04 UTC; looking for it',
    'web-1: release 11 is put back',
    'web-2: release 11 is put back',
    'web-3: release 11 is put back',
    'web-1: release 11 is live',
    'web-2: release 11 is live',
    'web-3: release 11 is live',
    'Anna gave up web-4',
  ])
  expect(state.release).toBe(release)
})

it('names few of many', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  expect([1, 2, 3].map((count) => listed(names.slice(0, count)))).toEqual(['a', 'a and b', 'a, b and c'])
  expect(listed(names, 3)).toBe('a, b and 3 more')
})
