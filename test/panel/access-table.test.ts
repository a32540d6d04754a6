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
    return actingIn(readFileSync(join(root, path), 'utf8')).map((one) => `${name}.${one}`)
  })
}

/** However the function is written down. */
function actingIn(text: string): string[] {
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest)
  const acts = ({ parameters }: ts.SignatureDeclaration): boolean => {
    const [first, second] = parameters.map(({ type }) => type?.getText(source))
    return first === 'Context' && second === 'Actor'
  }
  return source.statements.flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement))
      return isExported(statement) && acts(statement) ? [statement.name?.text ?? 'default'] : []
    if (ts.isExportAssignment(statement))
      return isFunction(statement.expression) && acts(statement.expression) ? ['default'] : []
    if (!ts.isVariableStatement(statement) || !isExported(statement)) return []
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      initializer && isFunction(initializer) && acts(initializer) ? [name.getText(source)] : [],
    )
  })
}

function isExported({ modifiers }: ts.FunctionDeclaration | ts.VariableStatement): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false
}

function isFunction(node: ts.Expression): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node)
}

/** Names of functions that a text takes from lib/panel, one by one or through `import * as`; any other way is a name that no table has. */
function takenFromPanel(text: string): string[] {
  const ways = [...text.matchAll(/^(import (type )?\{[^}]*\}|import \* as [\w-]+) from '@\/lib\/panel\//gm)].length
  if (ways !== [...text.matchAll(/['"`][^'"`\n]*lib\/panel\//g)].length) return ['lib/panel by another way']
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

describe('what is looked at for the table', () => {
  it('are functions however they are written, and whatever brings one in', () => {
    const pair = 'ctx: Context, actor: Actor'
    expect(
      actingIn(
        `export function a(${pair}) {}\nexport const b = async (${pair}, x: 1) => x\nexport const c = function (${pair}) {}
         function no(${pair}) {}\nexport function neither(ctx: Context) {}\nexport default (${pair}) => 1`,
      ),
    ).toEqual(['a', 'b', 'c', 'default'])
    expect(
      takenFromPanel(`import { a, b as c } from '@/lib/panel/x.ts'\nimport * as d from '@/lib/panel/y.ts'\nd.e()`),
    ).toEqual(['a', 'b', 'e'])
    for (const text of [
      `await import('@/lib/panel/x.ts')`,
      `export { a } from '@/lib/panel/x.ts'`,
      `import a from '@/lib/panel/x.ts'`,
      `import { a } from '../../lib/panel/x.ts'`,
    ])
      expect(takenFromPanel(text), text).toEqual(['lib/panel by another way'])
  })

  it('leaves no action of a page without its guard', () => {
    const own = ['session.ts: signIn', 'session.ts: signOut', 'theme.ts: chooseTheme']
    const bare = files('app/actions').flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/^export (.*)$/gm)]
        .filter(([, text = '']) => !/^const \w+ = (action|openAction)\(/.test(text))
        .map(([, text = '']) => `${path.slice('app/actions/'.length)}: ${/^const (\w+)/.exec(text)?.[1] ?? text}`),
    )
    expect(bare).toEqual(own)
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
