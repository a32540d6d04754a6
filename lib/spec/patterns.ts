// Patterns that people write for branches, tags and paths. All of them become RE2, which needs time in proportion to what it reads,
// whatever the pattern (attack: a regular expression that never ends).
import { RE2JS } from 're2js'

/** The longest program that a pattern may become: `a{1000}{1000}` is short to write. */
const longestProgram = 500

/**
 * Whether a whole name matches: `/…/` is a regular expression, else a glob in which `*` and `?` stop at slashes and `**` doesn't; `**` as
 * a folder is any folders, or none, as Git hosts have it.
 * @throws RE2JSException for a pattern that `patternProblem` complains of.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  return compiled(pattern).matches(name)
}

/** What is wrong with a pattern, in a sentence; null = nothing. */
export function patternProblem(pattern: string): string | null {
  if (pattern.endsWith('/') && regexIn(pattern) === null)
    return `“${pattern}” fits nothing, as no name ends with a slash. What is in a folder is “${pattern}**”.`
  try {
    return compiled(pattern).programSize() > longestProgram ? `“${pattern}” is too large a pattern.` : null
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    // Without what is said twice: that it is none, and the expression.
    const reason = why.replace(/^error parsing regexp: /, '').replace(/: `[^`]*`$/, '')
    return `“${pattern}” is not a regular expression of RE2: ${reason}.`
  }
}

/** The first that matches. */
export function firstMatch(patterns: readonly string[], name: string): string | null {
  return patterns.find((pattern) => matchesPattern(pattern, name)) ?? null
}

/** Whether any path is meant: of all patterns that match one the last counts, and `!` takes out. Only such = all but these. */
export function meansAnyPath(patterns: readonly string[], paths: readonly string[]): boolean {
  const rules = patterns.map((text) => {
    const isOut = text.startsWith('!')
    return { isOut, regex: compiled(isOut ? text.slice(1) : text) }
  })
  const isMeantAtFirst = rules.every(({ isOut }) => isOut)
  return paths.some((path) => {
    const last = rules.findLast(({ regex }) => regex.matches(path))
    return last ? !last.isOut : isMeantAtFirst
  })
}

/** Patterns are few, and asked of many names. */
const known = new Map<string, RE2JS>()
const knownAtMost = 500

function compiled(pattern: string): RE2JS {
  const before = known.get(pattern)
  if (before) return before
  const made = RE2JS.compile(regexIn(pattern) ?? regexOfGlob(pattern), RE2JS.DOTALL)
  if (known.size >= knownAtMost) known.clear()
  known.set(pattern, made)
  return made
}

/** Null = it is a glob. */
function regexIn(pattern: string): string | null {
  return /^\/(.*)\/$/s.exec(pattern)?.[1] ?? null
}

function regexOfGlob(glob: string): string {
  return glob.replace(/(?<=^|\/)\*\*\/|\*\*|[\s\S]/gu, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : RE2JS.quote(part)
  })
}
