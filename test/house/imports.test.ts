// The table of what may import what. A new kind of import is a decision: change the table together with the design.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** The pure modules: no I/O, no clock, no randomness. */
const pure = ['lib/deploy', 'lib/spec', 'lib/access', 'lib/errors', 'lib/redact', 'lib/format']

type Rule = { local: string[]; packages: string[]; node: boolean }

/** Longest prefix wins. `local` names folders or modules from the root; `packages` are whole packages or exact subpaths. */
const table: Record<string, Rule> = {
  'app/actions': { local: ['lib/web', 'lib/panel', 'lib/api', ...pure], packages: ['zod'], node: false },
  app: {
    local: ['app', 'components', 'lib/web', 'lib/panel', 'lib/api', ...pure],
    packages: ['next', 'react', 'zod', 'geist', 'lucide-react'],
    node: false,
  },
  components: {
    local: ['components', 'app/actions', 'lib/api', ...pure],
    packages: [
      'react',
      'react-dom',
      'next/link',
      'next/navigation',
      'next/dynamic',
      'radix-ui',
      'lucide-react',
      'sonner',
      'anser',
      '@tanstack/react-virtual',
      '@codemirror',
      '@lezer/highlight',
    ],
    node: false,
  },
  'lib/web': {
    local: ['lib/web', 'lib/panel', 'lib/api', 'lib/settings', 'lib/secrets', ...pure],
    packages: ['next', 'next-auth', 'react', 'server-only', 'zod'],
    node: true,
  },
  'lib/panel': {
    local: ['lib/panel', 'lib/store', 'lib/secrets', 'lib/settings', 'lib/api', ...pure],
    packages: ['zod', 'hash-wasm', 'pg', 'otplib', 'uqr', 'yaml'],
    node: true,
  },
  'lib/worker': {
    local: [
      'lib/worker',
      'lib/store',
      'lib/ssh',
      'lib/git',
      'lib/panel',
      'lib/api',
      'lib/secrets',
      'lib/settings',
      ...pure,
    ],
    packages: ['zod', 'hash-wasm', 'pg', 'pino', 'nodemailer'],
    node: true,
  },
  'lib/ssh': { local: ['lib/ssh', 'lib/deploy', 'lib/errors'], packages: ['ssh2'], node: true },
  'lib/git': { local: ['lib/git', 'lib/deploy', 'lib/errors'], packages: ['simple-git', 'zod'], node: true },
  'lib/store': {
    local: ['lib/store', 'lib/secrets', ...pure],
    packages: ['@prisma/client', '@prisma/adapter-pg', 'pg', 'pg-copy-streams', 'zod'],
    node: true,
  },
  'lib/api': { local: ['lib/api', ...pure], packages: ['zod'], node: false },
  'lib/cli': { local: ['lib/cli', 'lib/api', ...pure], packages: ['zod'], node: true },
  'lib/settings': { local: pure, packages: ['zod'], node: true },
  'lib/secrets': { local: pure, packages: ['zod'], node: true },
  'lib/spec': { local: pure, packages: ['zod', 'yaml', 're2js', 'croner'], node: false },
  ...Object.fromEntries(
    pure.filter((name) => name !== 'lib/spec').map((name) => [name, { local: pure, packages: ['zod'], node: false }]),
  ),
}

/** Composition roots put the parts together and may import anything. */
const exempt = [/^scripts\//, /^lib\/worker\/main\.ts$/, /^lib\/cli\/main\.ts$/, /^lib\/cli\/admin[\w-]*\.ts$/]

const within = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`)
const withoutEnding = (path: string): string => path.replace(/\.(ts|tsx|mts|css)$/, '')

function sources(): string[] {
  const found: string[] = []
  for (const folder of ['app', 'components', 'lib', 'scripts']) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      const path = relative(root, join(entry.parentPath, entry.name))
      if (!entry.isFile() || !/\.(ts|tsx|mts)$/.test(path) || path.startsWith('lib/store/generated/')) continue
      found.push(path)
    }
  }
  return found.sort()
}

/** Every module named by import, export … from, import() or require() in one text. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName)
}

/** What is wrong with this import, or null. */
function complaint(file: string, specifier: string): string | null {
  const key = Object.keys(table)
    .filter((prefix) => within(withoutEnding(file), prefix))
    .sort((a, b) => b.length - a.length)[0]
  const rule = key === undefined ? undefined : table[key]
  if (!rule) return `${file}: lies in no part of the design`
  const says = `${file} imports ${specifier}`
  if (specifier.startsWith('node:')) return rule.node ? null : says
  const local = specifier.startsWith('@/')
    ? specifier.slice(2)
    : specifier.startsWith('.')
      ? relative(root, join(root, dirname(file), specifier))
      : null
  if (local !== null)
    return rule.local.some((prefix) => within(withoutEnding(local), prefix)) || within(local, key!) ? null : says
  return rule.packages.some((name) => within(specifier, name)) ? null : says
}

/** Uses of the clock, of randomness, of the process or of timers in one text, in order. */
function impurities(text: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const name = `${node.expression.text}.${node.name.text}`
      if (/^(Date\.now|Math\.random|(process|performance|crypto)\..*)$/.test(name)) found.push(name)
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
      found.push('new Date()')
    if (ts.isCallExpression(node) && /^(fetch|setTimeout|setInterval|setImmediate)$/.test(node.expression.getText()))
      found.push(node.expression.getText())
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('text.tsx', text, ts.ScriptTarget.Latest, true))
  return found
}

describe('imports', () => {
  it('tells an import outside the table from one inside', () => {
    expect(complaint('components/log.tsx', '@/lib/store/events.ts')).not.toBeNull()
    expect(complaint('components/log.tsx', 'next/headers')).not.toBeNull()
    expect(complaint('lib/deploy/plan.ts', 'node:crypto')).not.toBeNull()
    expect(complaint('lib/ssh/runner.ts', '../git/mirror.ts')).not.toBeNull()
    expect(complaint('app/page.tsx', '@/lib/worker/loop.ts')).not.toBeNull()
    expect(complaint('lib/elsewhere/new.ts', 'zod')).not.toBeNull()
    expect(complaint('components/log.tsx', './line.tsx')).toBeNull()
    expect(complaint('lib/ssh/runner.ts', '@/lib/deploy/types.ts')).toBeNull()
    expect(importsOf(`import type { A } from './a.ts'\nexport * from '@/b'\nconst c = await import('c')`)).toEqual([
      './a.ts',
      '@/b',
      'c',
    ])
  })

  it('stay inside the table', () => {
    const wrong = sources()
      .filter((file) => !exempt.some((pattern) => pattern.test(file)))
      .flatMap((file) =>
        importsOf(readFileSync(join(root, file), 'utf8')).map((specifier) => complaint(file, specifier)),
      )
      .filter((text) => text !== null)
    expect(wrong).toEqual([])
  })

  it('tell a use of the outside from its name in a text', () => {
    expect(impurities('const now = Date.now()')).toEqual(['Date.now'])
    expect(impurities('const now = new Date()')).toEqual(['new Date()'])
    expect(impurities('setTimeout(run, process.env.WAIT)')).toEqual(['setTimeout', 'process.env'])
    expect(impurities('const at = new Date(0) // process.env\nconst text = `crypto.subtle`')).toEqual([])
  })

  it('of pure modules use no clock, randomness, environment or timers', () => {
    const wrong = sources()
      .filter((file) => pure.some((prefix) => within(withoutEnding(file), prefix)))
      .flatMap((file) => impurities(readFileSync(join(root, file), 'utf8')).map((what) => `${file}: ${what}`))
    expect(wrong).toEqual([])
  })
})
