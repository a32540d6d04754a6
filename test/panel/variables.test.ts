import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import {
  applyVariables,
  changeVariables,
  compareVariables,
  listVariableSets,
  readVariables,
  revertVariables,
  saveVariables,
} from '@/lib/panel/variables.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.auditEntry.deleteMany()
  environmentId = await insertReadyEnvironment(ctx)
})

type Save = Parameters<typeof saveVariables>[2]
const save = (text: string, basedOn?: number | null, more: Partial<Save> = {}) =>
  saveVariables(ctx, owner, { environmentId, text, basedOn, ...more })
const open: Partial<Save> = { secrets: [], dialect: 'any' }
const unknown = '00000000-0000-4000-8000-000000000000'
const hidden = '••••••••'
const stored = async (number: number): Promise<string> => {
  const set = await ctx.db.prisma.variableSet.findFirstOrThrow({ where: { environmentId, number } })
  return Buffer.from(ctx.secrets.decrypt(set.text)).toString()
}

describe('variables', () => {
  it('are kept byte for byte, and every saving is a set of its own', async () => {
    expect(await readVariables(ctx, owner, { environmentId })).toBeNull()
    const text = '\ufeff# ünï\r\nA="x\ny"\r\nexport B=$(id) # 😀'
    const saved = await save(text, null, open)
    expect(saved).toMatchObject({
      number: 1,
      text,
      names: ['A', 'B'],
      createdBy: 'A owner',
      dialect: 'any',
      live: null,
    })
    expect(await readVariables(ctx, as('developer'), { environmentId })).toEqual(saved)
    expect(await save('', 1)).toMatchObject({ number: 2, text: '', names: [], dialect: 'any' })
    const sets = await ctx.db.prisma.variableSet.findMany({ where: { environmentId }, orderBy: { number: 'asc' } })
    const bytes = ctx.secrets.decrypt(sets[0]!.text)
    expect(Buffer.from(bytes)).toEqual(Buffer.from(text))
    expect(sets[0]!.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(await ctx.db.prisma.environment.findUnique({ where: { id: environmentId } })).toMatchObject({
      variableSetId: sets[1]!.id,
    })
  })

  it('are nowhere in the clear: neither in rows nor in the audit', async () => {
    await save('PASSWORD=correct-horse-battery')
    const { rows } = await ctx.db.pool.query(
      `SELECT encode("text", 'escape') AS "text" FROM "VariableSet" WHERE "environmentId" = $1`,
      [environmentId],
    )
    const audit = await ctx.db.prisma.auditEntry.findMany({ select: { action: true, data: true } })
    expect(audit).toEqual([{ action: 'variables.save', data: { number: 1, names: ['PASSWORD'] } }])
    expect(JSON.stringify(rows) + JSON.stringify(audit)).not.toContain('correct-horse')
  })

  it('are for developers to read and for administrators to write; names are for viewers', async () => {
    await save('A=1')
    await expect(readVariables(ctx, as('viewer'), { environmentId })).rejects.toEqual(refused('forbidden'))
    for (const role of ['viewer', 'developer'] as const) {
      await expect(saveVariables(ctx, as(role), { environmentId, text: 'A=2' })).rejects.toEqual(refused('forbidden'))
      await expect(changeVariables(ctx, as(role), { environmentId, set: { A: '2' } })).rejects.toEqual(
        refused('forbidden'),
      )
      await expect(revertVariables(ctx, as(role), { environmentId, number: 1 })).rejects.toEqual(refused('forbidden'))
    }
    await expect(applyVariables(ctx, as('viewer'), { environmentId })).rejects.toEqual(refused('forbidden'))
    await expect(saveVariables(ctx, as('admin'), { environmentId, text: 'A=2' })).resolves.toMatchObject({ number: 2 })
    expect(await listVariableSets(ctx, as('viewer'), { environmentId })).toMatchObject([{ names: ['A'] }, {}])
    await expect(readVariables(ctx, owner, { environmentId: unknown })).rejects.toEqual(refused('not_found'))
    await expect(saveVariables(ctx, owner, { environmentId: unknown, text: '' })).rejects.toEqual(refused('not_found'))
  })

  it('that were edited from an older set are refused, by whatever they differ', async () => {
    await save('A=1', null)
    await save('A=2', 1, open)
    for (const basedOn of [null, 1, 3])
      await expect(save('A=3', basedOn)).rejects.toEqual(refused('conflict', { details: { newest: 2 } }))
    expect(await readVariables(ctx, owner, { environmentId })).toMatchObject({ number: 2, text: 'A=2' })
    expect(await save('A=4')).toMatchObject({ number: 3 })
  })

  it('that several people save at once are saved by one of them', async () => {
    const tries = await Promise.allSettled([1, 2, 3, 4].map((n) => save(`A=${n}`, null)))
    expect(tries.filter(({ status }) => status === 'rejected')).toEqual(
      Array(3).fill({ status: 'rejected', reason: refused('conflict') }),
    )
    expect(await ctx.db.prisma.variableSet.count({ where: { environmentId } })).toBe(1)
  })

  it('that cannot be read are refused line by line, without the values', async () => {
    const wrong = save('A=1\nno equals\nB=s3cret-value\nB=s3cret-value\n$(id)=x')
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: 'text.2' }, { path: 'text.4' }, { path: 'text.5' }] },
    })
    const refusal = await wrong.catch((error: unknown) => JSON.stringify(error) + String(error))
    expect(refusal).not.toContain('s3cret')
    for (const text of [
      'A=\0',
      'A=\ud800',
      `A=${'x'.repeat(120 * 1024 + 1)}`,
      '#'.repeat(1024 * 1024 + 1),
      '#'.repeat(2_000_001),
    ])
      await expect(save(text)).rejects.toEqual(refused('invalid'))
    expect(await ctx.db.prisma.variableSet.count({ where: { environmentId } })).toBe(0)
  })
})

describe('secrets', () => {
  const secret = 'correct-horse'
  const text = `# mail\nHOST=mail\nPASSWORD="${secret}" # ours\n`

  it('never come back, whatever is asked', async () => {
    const saved = await save(text, null, { secrets: ['PASSWORD'] })
    expect(saved.text).toBe(`# mail\nHOST=mail\nPASSWORD=${hidden}\n`)
    expect(saved.variables).toEqual([
      { name: 'HOST', isSecret: false, value: 'mail' },
      { name: 'PASSWORD', isSecret: true, value: null },
    ])
    await save(`${saved.text}NEW=1\n`, 1, { secrets: ['PASSWORD'] })
    await changeVariables(ctx, owner, { environmentId, set: { PORT: '25' } })
    await revertVariables(ctx, owner, { environmentId, number: 1 })
    const audit = await ctx.db.prisma.auditEntry.findMany({ select: { data: true } })
    const answers = [
      await readVariables(ctx, owner, { environmentId }),
      await listVariableSets(ctx, owner, { environmentId }),
      await compareVariables(ctx, owner, { environmentId, from: 1, to: 3 }),
      audit,
    ]
    expect(JSON.stringify([saved, ...answers])).not.toContain(secret)
    expect(await stored(4)).toBe(text)
  })

  it('keep their value where the placeholder is left, and get a new one where it is typed', async () => {
    await save(text, null, { secrets: ['PASSWORD'] })
    await save(`PASSWORD=${hidden}\n# moved\nHOST=other\n`, 1)
    expect(await stored(2)).toBe(`PASSWORD="${secret}" # ours\n# moved\nHOST=other\n`)
    expect((await readVariables(ctx, owner, { environmentId }))!.variables).toEqual([
      { name: 'PASSWORD', isSecret: true, value: null },
      { name: 'HOST', isSecret: false, value: 'other' },
    ])
    await save('PASSWORD=new\n', 2)
    expect(await stored(3)).toBe('PASSWORD=new\n')
  })

  it('are shown only to who types their value anew', async () => {
    await save(text, null, { secrets: ['PASSWORD'] })
    const kept = save(`PASSWORD=${hidden}`, 1, { secrets: [] })
    await expect(kept).rejects.toEqual(
      refused('invalid', { message: 'PASSWORD stays secret as long as its value is kept.' }),
    )
    const unmarked = changeVariables(ctx, owner, { environmentId, secrets: { PASSWORD: false } })
    await expect(unmarked).rejects.toEqual(refused('invalid'))
    const typed = await save(`PASSWORD=${secret}`, 1, { secrets: [] })
    expect(typed.variables).toEqual([{ name: 'PASSWORD', isSecret: false, value: secret }])
  })

  it('of one name never become those of another, and a placeholder is never a value', async () => {
    await save(text, null, { secrets: ['PASSWORD'] })
    await expect(save(`OTHER=${hidden}`, 1, { secrets: [] })).rejects.toEqual(
      refused('invalid', { message: 'Line 1: there is no stored value for OTHER.' }),
    )
    expect(await ctx.db.prisma.variableSet.count({ where: { environmentId } })).toBe(1)
  })

  it('are those of sets from before secrets were marked, and all that nobody spoke of', async () => {
    const bytes = ctx.secrets.encrypt('A=hunter22\nB=2')
    await ctx.db.prisma.variableSet.create({
      data: { environmentId, number: 1, text: bytes, sha256: 'x', createdBy: 'somebody' },
    })
    expect(await readVariables(ctx, owner, { environmentId })).toMatchObject({ text: `A=${hidden}\nB=${hidden}` })
    const saved = await changeVariables(ctx, owner, {
      environmentId,
      set: { C: '3', D: '4', A: 'shown' },
      secrets: { D: false, A: false },
    })
    expect(saved.variables.map(({ name, isSecret }) => [name, isSecret])).toEqual([
      ['A', false],
      ['B', true],
      ['C', true],
      ['D', false],
    ])
  })

  it('may not stand where everybody reads: in an address, or in a comment', async () => {
    for (const [line, place] of [
      [`URL=smtp://me:${secret}@mail`, 'URL'],
      [`# it was ${secret}`, 'a comment'],
    ]) {
      const both = save(`PASSWORD=${secret}\n${line!}`, null, { secrets: ['PASSWORD'] })
      await expect(both).rejects.toEqual(
        refused('invalid', {
          message: `The value of PASSWORD also stands where everybody may read it: in ${place!}.`,
        }),
      )
    }
    await expect(save(`PASSWORD=${secret}\nURL=smtp://me:${secret}@mail`, null)).resolves.toMatchObject({ number: 1 })
  })

  it('that logs can’t hide are named', async () => {
    const text = `PIN=4711\nUSER_NAME=admin\nEMPTY=\nOPEN=1\nPASSWORD=${secret}\n`
    const saved = await save(text, null, { secrets: ['PIN', 'USER_NAME', 'EMPTY', 'PASSWORD'] })
    expect(saved.warnings.map(({ path }) => path)).toEqual(['secrets.PIN', 'secrets.USER_NAME'])
    expect(JSON.stringify(saved.warnings)).not.toMatch(/4711|admin/)
  })
})

describe('changes by name', () => {
  it('leave comments and order, and write values so that they come back', async () => {
    await save('# one\nA=1 # first\nexport B=2\n', null, { secrets: [], dialect: 'php' })
    const value = `it's "so" $HOME\nand more`
    const changed = await changeVariables(ctx, owner, { environmentId, set: { A: 'x y', C: value }, unset: ['B'] })
    expect(changed.variables).toMatchObject([
      { name: 'A', value: 'x y' },
      { name: 'C', isSecret: true },
    ])
    expect(await stored(2)).toBe(`# one\nA='x y' # first\nC="it's \\"so\\" \\$HOME\nand more"\n`)
  })

  it('refuse names that are not there, and edits of a set that is not the newest', async () => {
    await save('A=1', null)
    const gone = changeVariables(ctx, owner, { environmentId, unset: ['B'], secrets: { C: true } })
    const problems = [{ path: 'unset.B' }, { path: 'secrets.C' }]
    await expect(gone).rejects.toMatchObject({ code: 'invalid', details: { problems } })
    await expect(changeVariables(ctx, owner, { environmentId, set: { A: '2' }, basedOn: 4 })).rejects.toEqual(
      refused('conflict', { details: { newest: 1 } }),
    )
  })
})

describe('dialects', () => {
  it('refuse what their readers would read otherwise, with line and reason, and stay with the environment', async () => {
    const saved = await save('A=1', null, { dialect: 'php', secrets: [] })
    expect(saved).toMatchObject({ dialect: 'php', warnings: [] })
    await expect(save('# c\nA=two words', 1)).rejects.toEqual(
      refused('invalid', {
        message: 'Line 2: for phpdotenv, A has blanks outside quotes, at which it stops.',
      }),
    )
    expect(await save('A="${B}"', 1, { secrets: [] })).toMatchObject({ number: 2, dialect: 'php' })
  })
})

describe('history', () => {
  it('tells who, when and what differs by name; an earlier set can be saved again', async () => {
    await save('A=1\nB=2', null, { secrets: ['B'] })
    await saveVariables(ctx, as('admin'), { environmentId, text: `B=${hidden}\nC=3`, secrets: ['B'] })
    await save('B=changed\nC=3', 2)
    const none = { added: [], removed: [], changed: [] }
    const sets = await listVariableSets(ctx, as('viewer'), { environmentId })
    expect(sets).toMatchObject([
      { number: 3, createdBy: 'A owner', difference: { ...none, changed: ['B'] }, secrets: ['B'], isLive: false },
      { number: 2, createdBy: 'A admin', difference: { ...none, added: ['C'], removed: ['A'] } },
      { number: 1, difference: { ...none, added: ['A', 'B'] } },
    ])
    expect(await listVariableSets(ctx, owner, { environmentId, before: 3, limit: 1 })).toEqual([sets[1]])
    expect(await compareVariables(ctx, as('viewer'), { environmentId, from: 3, to: null })).toEqual({
      ...none,
      removed: ['B', 'C'],
    })
    expect(await revertVariables(ctx, owner, { environmentId, number: 1 })).toMatchObject({ number: 4 })
    expect(await stored(4)).toBe('A=1\nB=2')
    await expect(revertVariables(ctx, owner, { environmentId, number: 9 })).rejects.toEqual(refused('not_found'))
  })

  it('says which set cannot be decrypted, and goes on beside it', async () => {
    await save('A=1', null)
    await ctx.db.prisma.variableSet.updateMany({ where: { environmentId }, data: { text: new Uint8Array(60) } })
    await expect(readVariables(ctx, owner, { environmentId })).rejects.toMatchObject({
      message: expect.stringContaining('set 1') as string,
    })
    await expect(save(`A=${hidden}`, 1)).rejects.toMatchObject({ message: expect.stringContaining('set 1') as string })
    expect(await save('A=2', 1, { secrets: [] })).toMatchObject({ number: 2 })
    expect(await listVariableSets(ctx, owner, { environmentId })).toMatchObject([
      { number: 2, isReadable: true, difference: null },
      { number: 1, isReadable: false, names: [] },
    ])
  })
})

describe('applying to the live release', () => {
  async function goLive(number: number | null): Promise<void> {
    const set =
      number === null ? null : await ctx.db.prisma.variableSet.findFirstOrThrow({ where: { environmentId, number } })
    const release = await ctx.db.prisma.release.create({
      data: {
        ...{
          environmentId,
          number: 1,
          name: 'deployment_1.aaaaaaa',
          revision: 'a'.repeat(40),
          ref: 'main',
          subject: 's',
        },
        ...{ author: 'a', state: 'complete', variableSetId: set?.id ?? null, envSha256: set?.sha256 ?? null },
      },
    })
    await ctx.db.prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id } })
  }

  it('queues the newest set, and says what differs from what is live', async () => {
    await save('A=1\nB=2', null, { secrets: [] })
    await goLive(1)
    await expect(applyVariables(ctx, owner, { environmentId })).rejects.toEqual(
      refused('conflict', { message: 'The live release has set 1 already.' }),
    )
    const draft = await save('B=3\nC=1', 1, { secrets: [] })
    expect(draft.live).toEqual({
      release: 'deployment_1.aaaaaaa',
      number: 1,
      onlyOn: null,
      added: ['C'],
      removed: ['A'],
      changed: ['B'],
    })
    await expect(applyVariables(ctx, owner, { environmentId, number: 1 })).rejects.toEqual(
      refused('conflict', { details: { newest: 2 } }),
    )
    const queued = await applyVariables(ctx, as('developer'), { environmentId, number: 2, idempotencyKey: 'once' })
    expect(queued).toMatchObject({ kind: 'configure', source: { type: 'variables', number: 2 }, status: 'queued' })
    const again = await applyVariables(ctx, as('developer'), { environmentId, number: 2, idempotencyKey: 'once' })
    expect(again.id).toBe(queued.id)
  })

  it('is refused where nothing was saved, and where nothing is live', async () => {
    await expect(applyVariables(ctx, owner, { environmentId })).rejects.toEqual(refused('conflict'))
    await save('A=1', null)
    await expect(applyVariables(ctx, owner, { environmentId })).rejects.toEqual(
      refused('conflict', { message: 'Nothing is live here yet: the first deployment brings the variables along.' }),
    )
  })
})
