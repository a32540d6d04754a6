// Every function of lib/panel, for everybody: what access-table.ts says is what happens.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/access.ts'
import type { Context } from '@/lib/panel/context.ts'
import { PanelError } from '@/lib/errors.ts'
import { inner, open, table } from './access-table.ts'
import { enter, kinds, makeWorld, type World } from './access-world.ts'
import { openPanel } from './panel.ts'

const root = join(import.meta.dirname, '../..')
const onlyReads = /^(list|read|get|search|compare|export|preview)/
type PanelFunction = (ctx: Context, actor: Actor, input: unknown) => unknown

/** `file.function` of every exported function whose parameters begin with `ctx` and `actor`. */
function actingFunctions(): string[] {
  return files('lib/panel').flatMap((path) => {
    const name = path.slice('lib/panel/'.length, -'.ts'.length)
    const source = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest)
    return source.statements.flatMap((statement) => {
      if (!ts.isFunctionDeclaration(statement) || !statement.name) return []
      if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
      const types = statement.parameters.map(({ type }) => type?.getText(source))
      return types[0] === 'Context' && types[1] === 'Actor' ? [`${name}.${statement.name.text}`] : []
    })
  })
}

/** Names of functions that a text takes from lib/panel, one by one or through `import * as`. */
function takenFromPanel(text: string): string[] {
  const named = [...text.matchAll(/import \{([^}]*)\} from '@\/lib\/panel\//g)].flatMap(([, list = '']) =>
    list.split(',').map((one) => one.trim()),
  )
  const whole = [...text.matchAll(/import \* as ([\w-]+) from '@\/lib\/panel\//g)].flatMap(([, name = '']) =>
    [...text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, used = '']) => used),
  )
  return [...named, ...whole]
    .filter((one) => one !== '' && !one.startsWith('type '))
    .map((one) => one.split(' as ')[0]!)
    .filter((one) => /^[a-z]/.test(one) && one !== 'ts')
}

function files(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => `${folder}/${path}`)
}

const nameOf = (key: string) => key.split('.')[1]!

describe('the table', () => {
  it('has a row for every function that acts for somebody', () => {
    expect(actingFunctions().filter((key) => !(key in table) && !(key in inner))).toEqual([])
  })

  it('holds all that pages, actions and routes call, but for what is open by its nature', () => {
    const known = new Set([...Object.keys(table), ...Object.keys(inner)].map(nameOf))
    const unknown = [...files('app'), ...files('lib/web'), ...files('lib/api')].flatMap((path) =>
      takenFromPanel(readFileSync(join(root, path), 'utf8'))
        .filter((name) => !known.has(name) && !(name in open))
        .map((name) => `${path}: ${name}`),
    )
    expect(unknown).toEqual([])
  })
})

describe('access', () => {
  let ctx: Context
  let close: () => Promise<void>
  beforeAll(async () => {
    ;({ ctx, close } = await openPanel())
  })
  afterAll(() => close())

  it.each(Object.entries(table))('%s', { timeout: 30_000 }, async (key, [outcomes, input]) => {
    const [file, name] = key.split('.') as [string, string]
    const module = (await import(`../../lib/panel/${file}.ts`)) as Record<string, PanelFunction>
    const letters = outcomes.replaceAll(' ', '')
    const found: string[] = []
    let base = await makeWorld(ctx)
    for (const kind of kinds) {
      const world = { ...base, ...(await enter(ctx, base, kind)) }
      const result = await outcome(ctx, world, module[name]!, input(world), letters.includes('e'))
      found.push(result)
      // What was changed is not for the next to find.
      if (result === 'let in' && !onlyReads.test(name)) base = await makeWorld(ctx)
    }
    const words = { y: 'let in', f: 'forbidden', n: 'not_found', e: 'empty' }
    const expected = [...letters].map((letter) => words[letter as keyof typeof words])
    expect(Object.fromEntries(kinds.map((kind, at) => [kind, found[at]]))).toEqual(
      Object.fromEntries(kinds.map((kind, at) => [kind, expected[at]])),
    )
  })
})

async function outcome(
  ctx: Context,
  world: World,
  run: PanelFunction,
  input: unknown,
  isList: boolean,
): Promise<string> {
  try {
    const result = JSON.stringify(await run(ctx, world.actor, input)) ?? ''
    const own = [world.projectId, world.environmentId, world.serverId, world.deploymentId]
    return isList && !own.some((id) => result.includes(id)) ? 'empty' : 'let in'
  } catch (error) {
    if (!(error instanceof PanelError)) throw error
    if (error.code === 'unauthenticated') throw error
    // A field that names something unseen is told as a field.
    const problems = JSON.stringify(error.details.problems ?? [])
    if (error.code === 'invalid' && problems.includes('There is no such project')) return 'not_found'
    return error.code === 'forbidden' || error.code === 'not_found' ? error.code : 'let in'
  }
}
