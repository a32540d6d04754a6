// Variables of an environment: each saving is a new, encrypted set; releases keep the one that they were live with last. The newest
// set, when the live release has another, is a draft: it counts from the next deployment on, or is applied now.
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { byEnvironment } from '@/lib/api/inputs.ts'
import { variablesChange, variablesInput, variablesRevert } from '@/lib/api/inputs-variables.ts'
import type { VariablesView } from '@/lib/api/shapes.ts'
import { PanelError, type Problem } from '@/lib/errors.ts'
import { envDifference } from '@/lib/format/env-difference.ts'
import { setInEnv, unsetInEnv } from '@/lib/format/env-edit.ts'
import { readEnvText } from '@/lib/format/env-text.ts'
import { checkDialect, usualDialect, type Dialect } from '@/lib/spec/env-dialects.ts'
import { writeEnvValue } from '@/lib/spec/env-write.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { findAppliedPart } from '@/lib/store/applied-part.ts'
import {
  findLiveVariables,
  findNewestVariables,
  findVariables,
  insertVariables,
  type VariableSet,
} from '@/lib/store/variables.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandEnvironment, demandLocked } from './seen.ts'
import { dialectOf, openSet, refusal, settle, shownText, stays, unhideable, type OpenSet } from './variables-text.ts'

export { applyVariables } from './variables-apply.ts'
export { compareVariables, listVariableSets } from './variables-history.ts'

/**
 * The newest set, without the values of its secrets; null when none was ever saved. PanelError: invalid, not_found, forbidden
 * (needs the right readVariables), internal (it can't be decrypted).
 */
export async function readVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byEnvironment>,
): Promise<VariablesView | null> {
  const { environmentId } = parse(byEnvironment, input)
  await demandEnvironment(ctx.db.prisma, actor, 'readVariables', environmentId)
  const set = await findNewestVariables(ctx.db.prisma, environmentId)
  return set && view(ctx, ctx.db.prisma, set, openSet(ctx, set))
}

/**
 * The text is kept byte for byte. Where it has the placeholder of a secret, the value of the newest set stays. `basedOn` is the
 * number of the set that was edited, null for none; left out, whatever is there is replaced. PanelError: invalid (every line that
 * can't be read, or that the dialect's readers would read otherwise), not_found, forbidden, conflict (another set was saved).
 */
export async function saveVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof variablesInput>,
): Promise<VariablesView> {
  const { environmentId, text, secrets, dialect, basedOn } = parse(variablesInput, input)
  return save(ctx, actor, { environmentId, basedOn }, (base, usual) =>
    settle({ text, secrets: secrets ?? null, dialect: dialect ?? usual }, base),
  )
}

/**
 * Sets and unsets variables by name in the newest set; comments and order stay. PanelError: invalid, not_found, forbidden,
 * conflict (another set than `basedOn` is the newest).
 */
export async function changeVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof variablesChange>,
): Promise<VariablesView> {
  const { environmentId, set, unset, secrets: marks, basedOn } = parse(variablesChange, input)
  return save(ctx, actor, { environmentId, basedOn }, (base, dialect) => {
    const before = base() ?? { text: '', secrets: new Set<string>(), dialect }
    const names = new Set(Object.keys(readEnvText(before.text).values))
    const problems: Problem[] = [
      ...unset.filter((name) => !names.has(name)).map((name) => absent(`unset.${name}`, name)),
      ...Object.keys(marks)
        .filter((name) => !names.has(name) && !Object.hasOwn(set, name))
        .map((name) => absent(`secrets.${name}`, name)),
      ...Object.keys(marks)
        .filter((name) => marks[name] === false && before.secrets.has(name) && !Object.hasOwn(set, name))
        .map(stays),
    ]
    if (problems.length > 0) throw refusal(problems)
    let text = before.text
    for (const [name, value] of Object.entries(set)) text = setInEnv(text, name, writeEnvValue(value, dialect))
    for (const name of unset) text = unsetInEnv(text, name)
    // A variable may be called `constructor`, which every object has something of.
    const secrets = Object.keys(readEnvText(text).values).filter((name) =>
      Object.hasOwn(marks, name) ? marks[name] : !names.has(name) || before.secrets.has(name),
    )
    return settle({ text, secrets, dialect }, () => before)
  })
}

/** Saves what an earlier set was as the newest one. PanelError: invalid, not_found, forbidden, conflict, internal. */
export async function revertVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof variablesRevert>,
): Promise<VariablesView> {
  const { environmentId, number, basedOn } = parse(variablesRevert, input)
  return save(ctx, actor, { environmentId, basedOn }, async (_base, _dialect, tx) => {
    const earlier = await findVariables(tx, environmentId, number)
    if (!earlier) throw missing('set of variables')
    return openSet(ctx, earlier)
  })
}

type Wanted = { environmentId: string; basedOn: number | null | undefined }

/** `make` gives the new set from the newest one, which is opened only when it is asked for, in the dialect that it had. */
async function save(
  ctx: Context,
  actor: Actor,
  { environmentId, basedOn }: Wanted,
  make: (base: () => OpenSet | null, dialect: Dialect, tx: Reader) => OpenSet | Promise<OpenSet>,
): Promise<VariablesView> {
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const newest = await findNewestVariables(tx, environmentId)
    if (basedOn !== undefined && basedOn !== (newest?.number ?? null)) throw stale(newest)
    const { appType } = await findLiveVariables(tx, environmentId)
    const usual = newest?.dialect ? dialectOf(newest) : usualDialect(appType)
    const made = await make(() => newest && openSet(ctx, newest), usual, tx)
    const set = await insertVariables(tx, {
      environmentId,
      number: (newest?.number ?? 0) + 1,
      text: ctx.secrets.encrypt(made.text),
      sha256: createHash('sha256').update(made.text).digest('hex'),
      secrets: [...made.secrets],
      dialect: made.dialect,
      createdBy: actor.name,
    })
    await audit('variables.save', `environment:${environmentId}`, projectId, {
      number: set.number,
      names: Object.keys(readEnvText(made.text).values),
    })
    return view(ctx, tx, set, made)
  })
}

function absent(path: string, name: string): Problem {
  return { path, message: `There is no variable ${name}.` }
}

function stale(newest: VariableSet | null): PanelError {
  const message = newest
    ? `${newest.createdBy} saved set ${newest.number} meanwhile. Load it, then make your change again.`
    : 'The set that you edited does not exist.'
  return new PanelError('conflict', message, { newest: newest?.number ?? null })
}

async function view(ctx: Context, reader: Reader, set: VariableSet, open: OpenSet): Promise<VariablesView> {
  const { live } = await findLiveVariables(reader, set.environmentId)
  const part = live && (await findAppliedPart(reader, set.environmentId, live.id, 'variables'))
  const its = live?.variableSet ?? null
  const shown = shownText(open)
  return {
    number: set.number,
    ...shown,
    names: shown.variables.map(({ name }) => name),
    dialect: open.dialect,
    warnings: [...checkDialect(open.text, open.dialect).warnings, ...unhideable(open)],
    live: live && {
      release: live.name,
      number: its?.number ?? null,
      onlyOn: part && part.targetIds,
      ...envDifference(its && openSet(ctx, its).text, open.text),
    },
    createdBy: set.createdBy,
    createdAt: set.createdAt.toISOString(),
  }
}
