// Drift: what is on a server held against what was deployed there, in words. Pure.
import type { FileDifference, Look } from './look.ts'

/** A `note` needs nobody: programs write into their release. A `difference` is what a repair puts right. */
export type DriftDifference = {
  part: 'current' | 'release' | 'files' | 'variables' | 'owner'
  level: 'difference' | 'note'
  message: string
  /** Files of it, as far as they were told. */
  files: FileDifference[]
}
/** `unknown`: the server could not be asked, `why` says it; what was seen before is kept. */
export type DriftReport = {
  verdict: 'same' | 'differs' | 'unknown'
  /** The release that should be live there. */
  release: string | null
  differences: DriftDifference[]
  /** The folder is somebody else's: nothing is written there, so no repair helps. */
  isForeign: boolean
  why: string | null
}

/** What should be there: `owner` as servers record it. `isRecorded`: this look took the manifest itself, so files can't differ. */
export type Expected = { owner: string; release: string; isRecorded: boolean }

/** `look` null = nothing of Fairlead is in that root. */
export function driftOf(look: Look | null, expected: Expected): DriftReport {
  const differences = look ? differencesOf(look, expected) : [nothing]
  const differs = differences.some(({ level }) => level === 'difference')
  const isForeign = look !== null && look.owner !== null && look.owner !== expected.owner
  return { verdict: differs ? 'differs' : 'same', release: expected.release, differences, isForeign, why: null }
}

export function unknownDrift(before: DriftReport | null, why: string): DriftReport {
  const { release, differences, isForeign } = before ?? { release: null, differences: [], isForeign: false }
  return { verdict: 'unknown', release, differences, isForeign, why }
}

const nothing = difference('release', 'The folder holds nothing of Fairlead any more.')

function differencesOf(look: Look, expected: Expected): DriftDifference[] {
  const { owner, release } = look
  const found: (DriftDifference | null)[] = [
    owner !== expected.owner
      ? difference(
          'owner',
          `The folder belongs to ${owner === null ? 'nobody' : 'another environment, or another panel'}.`,
        )
      : null,
    currentDifference(look, expected),
  ]
  if (!release) found.push(difference('release', `The directory of ${expected.release} is gone.`))
  else if (release.revision === null)
    found.push(difference('release', `${expected.release} is not marked as complete any more.`))
  if (release) found.push(envDifference(release), ...filesDifferences(release, expected))
  return found.filter((one) => one !== null)
}

function currentDifference({ current, kind }: Look, { release }: Expected): DriftDifference | null {
  if (kind === 'absent') return difference('current', '“current” is gone: nothing is live.')
  if (kind !== 'link')
    return difference('current', `“current” is a ${kind === 'directory' ? 'directory' : 'file'}, and no link any more.`)
  if (current === release) return null
  const where = current?.includes('/') ? `${current}, which Fairlead did not make` : (current ?? 'nothing')
  return difference('current', `“current” leads to ${where}.`)
}

type LookedAt = NonNullable<Look['release']>

function envDifference({ env, planned }: LookedAt): DriftDifference | null {
  if (env === planned || planned === '') return null
  if (env === '-') return difference('variables', '.env is gone.')
  return difference('variables', env === 'link' ? '.env is a link.' : '.env is not what was deployed.')
}

function filesDifferences({ compared, manifest }: LookedAt, { isRecorded }: Expected): DriftDifference[] {
  if (isRecorded || manifest === '') return []
  if (!compared)
    return [
      difference(
        'files',
        'Files differ from those that were deployed; which ones can’t be told, as their list on the server was changed, too.',
      ),
    ]
  const added = compared.files.filter(({ change }) => change === 'added')
  const changed = compared.files.filter(({ change }) => change !== 'added')
  const found: DriftDifference[] = []
  if (changed.length > 0)
    found.push(
      difference(
        'files',
        `${counted(changed.length)} ${changed.length === 1 ? 'is' : 'are'} not as deployed.`,
        changed,
      ),
    )
  if (added.length > 0)
    found.push({
      ...difference('files', `${counted(added.length)} came into the release since.`, added),
      level: 'note',
    })
  return found
}

function counted(files: number): string {
  return files === 1 ? 'One file' : `${files} files`
}

function difference(part: DriftDifference['part'], message: string, files: FileDifference[] = []): DriftDifference {
  return { part, level: 'difference', message, files }
}
