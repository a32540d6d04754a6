// What each step of ours calls in the runner, word by word: every one is checked here and quoted as it is written.
import type { PlacedFile, PlannedFile, PlannedHook, Step } from '../types.ts'
import { quote } from '../quote.ts'
import { fileMode, filePath, placePath } from './file-words.ts'
import { movingWords } from './receive.ts'
import { innerPath, releaseName, segmentName, userName } from './text.ts'

const flag = (on: boolean): string => (on ? '1' : '')

/** `phase` failure: the switch never came, and what was live still is. */
/** Its directory is the release that is being left. */
export function isOfLeaving({ event }: PlannedHook, phase: Step['phase'] = 'main'): boolean {
  if (event === 'traffic.in') return phase === 'failure'
  return /^(before\.pull|traffic\.out|rollback\/|config\/)/.test(event)
}

/** Where a hook runs and is read from: its release, or for a panel hook the release being left or made, by its event. */
function hookWords(hook: PlannedHook, phase: Step['phase']): string[] {
  const from = hook.from === 'panel' ? (isOfLeaving(hook, phase) ? 'leaving' : 'fresh') : hook.from
  const path = hook.from === 'panel' ? innerPath(hook.path).replaceAll('/', '_') : innerPath(hook.path)
  const release = hook.from === 'panel' ? '' : releaseName(hook.release ?? '')
  const user = hook.user === undefined ? '' : userName(hook.user)
  const { title, event, failure, sha256, text = '', code } = hook
  return ['hook', title ?? event, failure, user, from, release, path, sha256, text, ...(code ? [code] : [])]
}

/** `-` = as the release's others. */
function fileWords({ path, sha256, owner, group, mode }: PlannedFile): string[] {
  return [
    filePath(path),
    sha256,
    owner === undefined ? '-' : userName(owner),
    group === undefined ? '-' : userName(group),
    fileMode(mode),
  ]
}

function placeWords({ target, path, made, known }: PlacedFile): string[] {
  const [, ...rest] = made ? fileWords({ path: 'any', ...made }) : ['', '-', '-', '-', '-']
  return [target, placePath(target, path), ...rest, known ?? '-']
}

function words({ action, phase }: Step): string[] {
  switch (action.do) {
    case 'check':
      return ['check', `${action.needBytes}`, `${action.needInodes}`, action.expectCurrent ?? '', flag(action.adopt)]
    case 'hook':
      return hookWords(action.hook, phase)
    case 'tree':
      return ['tree', action.revision, action.base ?? '', `${action.files}`, `${action.directories}`, `${action.links}`]
    case 'release':
      return [
        'release',
        releaseName(action.release),
        action.revision,
        action.subdirectory === undefined ? '.' : innerPath(action.subdirectory),
      ]
    case 'variables':
      return ['variables', releaseName(action.release), action.sha256 ?? '']
    case 'files':
      return ['files', releaseName(action.release), ...action.files.flatMap(fileWords)]
    case 'place': {
      const { owner, group, mode } = action.permissions
      const others = mode === 'off' ? ['-', '-'] : [userName(owner), userName(group)]
      const isLive = flag(action.holds !== undefined)
      return ['place_files', releaseName(action.release), isLive, ...others, ...action.files.flatMap(placeWords)]
    }
    case 'unplace': {
      const files = action.files.flatMap(({ target, path }) => [target, placePath(target, path)])
      return ['unplace', releaseName(action.release), segmentName(action.segment), ...files]
    }
    case 'permissions': {
      const { owner, group, mode } = action.permissions
      return ['permissions', releaseName(action.release), userName(owner), userName(group), mode]
    }
    case 'complete':
      return ['complete', releaseName(action.release), action.revision, action.envSha256 ?? '']
    case 'verify':
      return ['verify', releaseName(action.release), action.envSha256 ?? '']
    case 'configure': {
      const { owner, group } = action.permissions
      return ['configure', releaseName(action.release), action.sha256, userName(owner), userName(group)]
    }
    case 'restore': {
      const { owner, group } = action.permissions
      return ['restore', releaseName(action.release), segmentName(action.segment), userName(owner), userName(group)]
    }
    case 'switch':
      return ['switch', releaseName(action.release), action.expectCurrent ?? '']
    case 'unlink':
      return ['unlink_current', action.expectCurrent]
    case 'prune':
      return ['prune', ...action.remove.map(releaseName), '--', ...action.keep]
    case 'remove':
      return ['remove', releaseName(action.release)]
    case 'receive':
    case 'leave':
      return movingWords(action)
  }
}

/** What a step of ours calls, as the program says it. */
export function stepText(step: Step): string {
  return words(step).map(quote).join(' ')
}
