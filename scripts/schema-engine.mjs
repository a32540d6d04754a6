#!/usr/bin/env node
// Prisma's command line starts a native `schema-engine`, which it would download. This program stands in for it: the official
// WASM build of the same engine, from npm, over adapter-pg, behind the same line-delimited JSON-RPC on stdin and stdout.
// Only for developers (`npx prisma migrate …`); a running panel applies its migrations by scripts/migrate.ts.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'

const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
const options = { datamodels: [], datasource: {} }
const command = []
for (let args = process.argv.slice(2); args.length > 0;) {
  const arg = args.shift()
  if (arg === '--datamodels' || arg === '-d') options.datamodels.push(args.shift())
  else if (arg === '--datasource') options.datasource = JSON.parse(args.shift())
  else if (arg === '--enabled-preview-features' || arg === '--extension-types') args.shift()
  else command.push(arg)
}

const databaseOf = (url) => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres'

/** The same server without Prisma's own parameters, another database when named. */
function address(url, database) {
  const { searchParams } = new URL(url)
  const plain = new URL(url)
  plain.search = ''
  if (database !== undefined) plain.pathname = `/${encodeURIComponent(database)}`
  for (const name of ['sslmode', 'host'])
    if (searchParams.has(name)) plain.searchParams.set(name, searchParams.get(name))
  return plain.toString()
}

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

async function createDatabase(url) {
  try {
    await query(address(url, 'postgres'), `CREATE DATABASE ${pg.escapeIdentifier(databaseOf(url))}`)
  } catch (error) {
    if (error.code !== '42P04') throw error // it is there already
  }
  return { databaseName: databaseOf(url) }
}

// adapter-pg as it is would mislead the engine in four ways: it has no reading of the catalog type "char"; its executeScript
// splits at every semicolon, also inside $$ bodies; a pool loses the session that holds the advisory lock; and with a
// connection string its shadow database is the main one.
const charType = 18
const textType = 25
let corrected = false

function correct(adapter) {
  if (corrected) return adapter
  corrected = true
  const own = Object.getPrototypeOf(adapter)
  const base = Object.getPrototypeOf(own)
  const { queryRaw } = base
  base.queryRaw = async function (input) {
    const columns = []
    const reading = Object.create(this, {
      performIO: {
        value: async (text) => {
          const answer = await this.performIO(text)
          answer.fields = answer.fields.map((field, index) => {
            if (field.dataTypeID !== charType) return field
            columns.push(index)
            return { ...field, dataTypeID: textType }
          })
          return answer
        },
      },
    })
    const result = await queryRaw.call(reading, input)
    for (const index of columns) result.columnTypes[index] = ColumnTypeEnum.Character
    return result
  }
  own.executeScript = async function (sql) {
    try {
      await this.underlyingDriver().query(sql)
    } catch (error) {
      this.onError(error)
    }
  }
  return adapter
}

function adapters(url, shadowUrl) {
  const schema = new URL(url).searchParams.get('schema') ?? undefined
  const open = async (connectionString, drop) => {
    const pool = new pg.Pool({ connectionString, max: 1, idleTimeoutMillis: 0 })
    pool.on('error', () => {})
    const adapter = correct(await new PrismaPg(pool, { schema, disposeExternalPool: false }).connect())
    adapter.dispose = async () => {
      await pool.end()
      await drop?.()
    }
    return adapter
  }
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => open(address(url)),
    connectToShadowDb: async () => {
      if (shadowUrl) return open(address(shadowUrl))
      const name = `prisma_migrate_shadow_db_${randomBytes(8).toString('hex')}`
      await query(address(url, 'postgres'), `CREATE DATABASE ${name}`)
      return open(address(url, name), () =>
        query(address(url, 'postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
      )
    },
  }
}

let started
function engine() {
  started ??= (async () => {
    const { url = 'postgresql://localhost/none', shadowDatabaseUrl } = options.datasource
    const bound = bindMigrationAwareSqlAdapterFactory(adapters(url, shadowDatabaseUrl))
    const datamodels = options.datamodels.map((path) => [path, readFileSync(path, 'utf8')])
    const log = (line) => {
      if (line.includes('"ERROR"')) process.stderr.write(`${line}\n`)
    }
    const made = await wasm.SchemaEngine.new({ datamodels: datamodels.length > 0 ? datamodels : undefined }, log, bound)
    return { made, errors: bound.errorRegistry }
  })()
  return started
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

async function answer(method, params) {
  const { url } = options.datasource
  if (method === 'createDatabase') return createDatabase(url)
  if (method === 'dbExecute') {
    await query(address(url), params.script)
    return {}
  }
  const { made } = await engine()
  if (method === 'getDatabaseVersion') return made.version(undefined)
  const result = await made[method](params)
  if (method === 'diff' && result.stdout != null) {
    send({ id: 1, method: 'print', params: { content: result.stdout } })
    result.stdout = null
  }
  return result ?? {}
}

async function answerLine(line) {
  const { id, method, params } = JSON.parse(line)
  if (!method) return // an answer to our own `print`
  try {
    send({ id, result: (await answer(method, params)) ?? null })
  } catch (error) {
    const kept = error?.id ?? error?.meta?.id
    const cause = kept === undefined ? undefined : (await engine()).errors.consumeError?.(kept)?.error
    const data = {
      is_panic: false,
      message: cause?.message ?? error?.message ?? String(error),
      error_code: error?.code,
    }
    send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } })
  }
}

/** `schema-engine cli …`: one errand, told by the exit status; the CLI drops the first line of stderr and parses the next. */
async function errand(name) {
  const { url } = options.datasource
  try {
    if (name === 'can-connect-to-database') await query(address(url), 'SELECT 1')
    else if (name === 'create-database') await createDatabase(url)
    else if (name === 'drop-database')
      await query(address(url, 'postgres'), `DROP DATABASE ${pg.escapeIdentifier(databaseOf(url))}`)
    return 0
  } catch ({ code, message }) {
    const known = { '3D000': 'P1003', '28P01': 'P1000', 28000: 'P1000' }
    const fields = { error_code: known[code] ?? 'P1001', message }
    process.stderr.write(`\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}\n`)
    return 1
  }
}

if (command[0] === '--version' || command[0] === '-V') {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  console.log(`schema-engine-cli ${version.split('.').pop()}`)
} else if (command[0] === 'cli') {
  process.exitCode = await errand(command[1])
} else {
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': wasm,
  })
  wasm.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  let pending = Promise.resolve()
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
  lines.on('line', (line) => (pending = pending.then(() => answerLine(line))))
  lines.on('close', () => pending.then(() => process.exit(0)))
}
