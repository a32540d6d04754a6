// From what was typed to the text of a set that may be saved: secrets in their places again, and everything held against the
// rules of `.env`. Values that were saved as secret come in here and never go out.
import type { VariablesView } from '@/lib/api/shapes.ts'
import { PanelError, type Problem } from '@/lib/errors.ts'
import { hideSecrets, restoreSecrets, untouchedSecrets } from '@/lib/format/env-edit.ts'
import { readEnvText } from '@/lib/format/env-text.ts'
import { isWorthHiding } from '@/lib/redact/secrets.ts'
import { checkDialect, type Dialect } from '@/lib/spec/env-dialects.ts'
import type { VariableSet } from '@/lib/store/variables.ts'
import type { Context } from './context.ts'

/** A set whose text can be read. `secrets` are names. */
export type OpenSet = { text: string; secrets: ReadonlySet<string>; dialect: Dialect }

/** PanelError internal, naming the set, when this panel's key doesn't open it. */
export function openSet(ctx: Context, set: VariableSet): OpenSet {
  const text = decrypt(ctx, set)
  return { text, secrets: secretNames(set, text), dialect: dialectOf(set) }
}

function decrypt(ctx: Context, { number, text }: VariableSet): string {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(ctx.secrets.decrypt(text))
  } catch (cause) {
    if (!(cause instanceof PanelError)) throw cause
    throw new PanelError(
      cause.code,
      `The variables of set ${number} can’t be decrypted: ${cause.message}`,
      {},
      { cause },
    )
  }
}

/** Of sets from before secrets were marked, all are. */
function secretNames({ secrets }: VariableSet, text: string): Set<string> {
  return new Set(Array.isArray(secrets) ? secrets.map(String) : Object.keys(readEnvText(text).values))
}

/** What was written by this panel comes back as it is; sets from before were held against nothing. */
export function dialectOf({ dialect }: VariableSet): Dialect {
  return (dialect as Dialect | null) ?? 'any'
}

/** `secrets` null = those that are known stay what they are, all others are secret. */
export type Typed = { text: string; secrets: readonly string[] | null; dialect: Dialect }

/** `base` opens the set that was edited, and is only asked where something of it is kept. PanelError invalid: every problem. */
export function settle(typed: Typed, base: () => OpenSet | null): OpenSet {
  const untouched = untouchedSecrets(typed.text)
  const before = untouched.length > 0 || typed.secrets === null ? base() : null
  const { text, problems } = restoreSecrets(typed.text, before?.text ?? null)
  const { values, problems: unreadable } = readEnvText(text)
  const names = Object.keys(values)
  const known = new Set(Object.keys(readEnvText(before?.text ?? '').values))
  const secrets = new Set(
    typed.secrets === null
      ? names.filter((name) => !known.has(name) || before!.secrets.has(name))
      : names.filter((name) => typed.secrets!.includes(name)),
  )
  problems.push(...unreadable)
  if (problems.length === 0)
    problems.push(
      ...unmarked(untouched, secrets, before),
      ...checkDialect(text, typed.dialect).problems,
      ...shownElsewhere(text, values, secrets),
    )
  if (problems.length > 0) throw refusal(problems)
  return { text, secrets, dialect: typed.dialect }
}

export function refusal(problems: Problem[]): PanelError {
  const message = problems.length === 1 ? problems[0]!.message : 'Some of these variables cannot be saved.'
  return new PanelError('invalid', message, { problems })
}

/** A secret stays one until somebody who knows its value types it. */
function unmarked(untouched: string[], secrets: ReadonlySet<string>, before: OpenSet | null): Problem[] {
  return untouched.filter((name) => !secrets.has(name) && before?.secrets.has(name)).map((name) => stays(name))
}

export function stays(name: string): Problem {
  const hint = 'Type its value anew, then it can be shown.'
  return { path: `secrets.${name}`, message: `${name} stays secret as long as its value is kept.`, hint }
}

/** Shorter values also stand in many places by chance. */
const telling = 8

/** What is shown may not hold a secret: in an address, say, that has a password in it. */
function shownElsewhere(text: string, values: Record<string, string>, secrets: ReadonlySet<string>): Problem[] {
  const shown = hideSecrets(text, (name) => secrets.has(name))
  return [...secrets].flatMap((name): Problem[] => {
    const value = values[name] ?? ''
    if (value.length < telling || !isWorthHiding(value) || !shown.includes(value)) return []
    const place = Object.keys(values).find((one) => !secrets.has(one) && values[one]!.includes(value))
    const message = `The value of ${name} also stands where everybody may read it: in ${place ?? 'a comment'}.`
    return [{ path: 'text', message, hint: place ? `Make ${place} a secret, too.` : 'Take it out of the comment.' }]
  })
}

/** A word that stands in every log, or a few characters, can't be hidden there: better said than found out. */
export function unhideable({ text, secrets }: OpenSet): Problem[] {
  const values = readEnvText(text).values
  return Object.keys(values)
    .filter((name) => secrets.has(name) && values[name] !== '' && !isWorthHiding(values[name]!))
    .map((name) => ({
      path: `secrets.${name}`,
      message: `The value of ${name} is too short or too common to be hidden in logs.`,
      hint: 'Choose a longer one if it is to stay secret.',
    }))
}

/** As it is shown: without a value that was saved as secret. */
export function shownText({ text, secrets }: OpenSet): Pick<VariablesView, 'text' | 'variables'> {
  const variables = Object.entries(readEnvText(text).values).map(([name, value]) => {
    const isSecret = secrets.has(name)
    return { name, isSecret, value: isSecret ? null : value }
  })
  return { text: hideSecrets(text, (name) => secrets.has(name)), variables }
}
