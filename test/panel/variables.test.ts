import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { readVariables, saveVariables } from '@/lib/panel/variables.ts'
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

const save = (text: string, basedOn?: number | null) => saveVariables(ctx, owner, { environmentId, text, basedOn })
const unknown = '00000000-0000-4000-8000-000000000000'

describe('variables', () => {
  it('come back byte for byte, and every saving is a set of its own', async () => {
    expect(await readVariables(ctx, owner, { environmentId })).toBeNull()
    const text = '\ufeff# ünï\r\nA="x\ny"\r\nexport B=$(id) # 😀'
    const saved = await save(text, null)
    expect(saved).toMatchObject({ number: 1, text, names: ['A', 'B'], createdBy: 'A owner' })
    expect(await readVariables(ctx, as('developer'), { environmentId })).toEqual(saved)
    expect(await save('', 1)).toMatchObject({ number: 2, text: '', names: [] })
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

  it('are for developers to read and for administrators to write', async () => {
    await save('A=1')
    await expect(readVariables(ctx, as('viewer'), { environmentId })).rejects.toEqual(refused('forbidden'))
    for (const role of ['viewer', 'developer'] as const)
      await expect(saveVariables(ctx, as(role), { environmentId, text: 'A=2' })).rejects.toEqual(refused('forbidden'))
    await expect(saveVariables(ctx, as('admin'), { environmentId, text: 'A=2' })).resolves.toMatchObject({ number: 2 })
    await expect(readVariables(ctx, owner, { environmentId: unknown })).rejects.toEqual(refused('not_found'))
    await expect(saveVariables(ctx, owner, { environmentId: unknown, text: '' })).rejects.toEqual(refused('not_found'))
  })

  it('that were edited from an older set are refused, by whatever they differ', async () => {
    await save('A=1', null)
    await save('A=2', 1)
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
