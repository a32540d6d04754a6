// Attacks that need a server: asked for over HTTP, flown to a real one, and looked at from both ends.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Repository } from '../git/fixtures.ts'
import { openPlace, type Place } from '../worker/place.ts'
import { openApi, type Api } from './server.ts'

let place: Place
let api: Api
let serverId: string
beforeAll(async () => {
  place = await openPlace()
  api = await openApi({ repositories: place.folder })
  const { id: _, jumpId: _jump, check: _check, ...server } = await place.db.prisma.server.findFirstOrThrow()
  const privateKey = api.ctx.secrets.encrypt(place.secrets.decrypt(server.privateKey))
  serverId = (await api.ctx.db.prisma.server.create({ data: { ...server, privateKey } })).id
  await place.worker({ panel: { url: api.ctx.settings.databaseUrl, secrets: api.ctx.secrets } })
})
afterAll(async () => {
  await place.close()
  await api.close()
})

async function asked(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await api.call(method, path, body ? { body } : {})
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  return answer.body as Record<string, unknown>
}

let count = 0
/** An environment that was made over HTTP, with a repository of its own. */
async function environment() {
  const name = `shop-${++count}`
  const repository = new Repository(join(place.folder, name))
  const { id: projectId } = await asked('POST', '/projects', { name, repositoryUrl: repository.path })
  const root = await place.host.root()
  const permissions = { owner: 'www-data', group: 'deployer', mode: 'off' }
  const fields = { projectId, name: 'production', branch: 'main', permissions, servers: [{ serverId, root }] }
  const { id } = await asked('POST', '/environments', fields)
  return { repository, root, path: `/environments/${String(id)}` }
}

/** Deploys, and waits for its end. */
async function deployed(path: string, body: object = {}): Promise<Record<string, unknown>> {
  const { number } = await asked('POST', `${path}/deployments`, body)
  return vi.waitFor(
    async () => {
      const detail = await asked('GET', `${path}/deployments/${String(number)}`)
      expect(detail.finishedAt).not.toBeNull()
      return detail
    },
    { timeout: 50_000, interval: 100 },
  )
}

it('attacks 2, 3 and 5: values and texts of commits reach the server as what they are, and names are held to their grammar', async () => {
  const { repository, root, path } = await environment()
  for (const name of ['A;id', 'A-B', '1A', 'A B', 'A$B', 'A\nB', 'IFS', 'SHELLOPTS', '__proto__'])
    for (const body of [{ text: `${name}=1` }, { text: `"${name}"=1\n` }])
      expect(await api.call('PUT', `${path}/variables`, { body }), name).toMatchObject({ status: 400 })
  for (const name of ['A;id', '1A', 'A\nB'])
    expect(await api.call('PATCH', `${path}/variables`, { body: { set: { [name]: 'x' } } }), name).toMatchObject({
      status: 400,
    })
  const values: Record<string, string> = {
    SHELL_TEXT: `$(touch ${root}/owned)\`touch ${root}/owned\`;touch ${root}/owned&|'"\\ $HOME *~`,
    LINES: `first\nSECOND=2\nthird\r\nfourth`,
    LONG: 'x'.repeat(100_000),
    LD_LIKE: '-n -e --upload-pack=id',
  }
  await asked('PUT', `${path}/variables`, { text: 'A=1\n', dialect: 'any' })
  await asked('PATCH', `${path}/variables`, { set: values })
  const subject = `$(touch ${root}/owned) \`id\` '"; touch ${root}/owned #`
  const names = Object.keys(values).map((name) => `printf %s "$${name}" > "$FAIRLEAD_ROOT/${name}"`)
  repository.write('.fairlead/after.pull', `${names.join('\n')}\necho "\${SECOND-unset}"\n`)
  repository.commit(subject)
  const detail = await deployed(path)
  expect(detail).toMatchObject({ status: 'succeeded', release: { subject } })
  for (const [name, value] of Object.entries(values))
    expect(await place.host.shell(`cat ${root}/${name}`), name).toBe(value)
  expect(await place.host.shell(`ls ${root}`)).not.toContain('owned')
  expect(String((await api.call('GET', `${path}/deployments/1/log`)).body)).toContain('unset')
})

it('attacks 40 to 43: no answer holds a secret, however a hook writes it; what is short, or a common word, hides nothing', async () => {
  const { repository, path } = await environment()
  const token = 'tok-9f"8/7é+6 5&4'
  const key = `-----BEGIN KEY-----\n${'QUJDREVG'.repeat(6)}\n${'R0hJSktM'.repeat(6)}\n-----END KEY-----`
  await asked('PATCH', `${path}/variables`, { set: { TOKEN: token, KEY: key, SHORT: 'ab', MODE: 'true' } })
  const encoded = [
    Buffer.from(token).toString('base64'),
    encodeURIComponent(token),
    JSON.stringify(token).slice(1, -1),
    ...key.split('\n').slice(1, 3),
  ]
  const said = encoded.map((text) => `printf '%s\\n' '${text}'`)
  const script = [
    'printf %s "${TOKEN%%8*}"; sleep .3; printf \'%s\\n\' "8${TOKEN#*8}"',
    'printf \'%s\\n\' "$KEY"',
    'set -x',
    ': "$TOKEN"',
    `curl "http://127.0.0.1:9/$TOKEN" || true`,
    'set +x',
    ...said,
    'echo "a cab is true"',
  ]
  repository.write('.fairlead/after.pull', `${script.join('\n')}\n`)
  repository.write('.fairlead/before.deploy', 'echo "$TOKEN" >&2; exit 3\n')
  repository.commit('first')
  expect(await deployed(path)).toMatchObject({ status: 'failed' })
  const answers = await Promise.all([
    ...['', '/log', '/log?afterChunk=0'].map((part) => api.call('GET', `${path}/deployments/1${part}`)),
    api.call('GET', `${path}/deployments/1/log`, { headers: { accept: 'application/json' } }),
    fetch(`${api.url}/api/v1${path}/deployments/1/events`, {
      headers: { authorization: `Bearer ${await api.token('viewer')}` },
    }).then(async (answer) => ({ body: await answer.text() })),
    ...['', '/variables', '/variables/sets', '/deployments', '/releases'].map((part) => api.call('GET', path + part)),
    api.call('GET', '/audit'),
    api.call('GET', '/overview'),
    api.call('GET', '/audit/export?format=jsonl'),
  ])
  const all = answers.map(({ body }) => (typeof body === 'string' ? body : JSON.stringify(body))).join('\n')
  expect(all).toContain('a cab is true')
  for (const hidden of [token, key, ...encoded, '9f"8/7', '8/7é+6'])
    for (const form of [hidden, JSON.stringify(hidden).slice(1, -1)]) expect(all, form).not.toContain(form)
})

it('attack 44: what can’t be deciphered stops the deployment, and what is live stays', async () => {
  const { repository, root, path } = await environment()
  await asked('PATCH', `${path}/variables`, { set: { A: 'one' } })
  repository.write('index.html', 'one')
  repository.commit('first')
  expect(await deployed(path)).toMatchObject({ status: 'succeeded' })
  const { id, text } = await api.ctx.db.prisma.variableSet.findFirstOrThrow({ orderBy: { createdAt: 'desc' } })
  const broken = Uint8Array.from(text, (byte, at) => (at === text.length - 1 ? byte ^ 1 : byte))
  await api.ctx.db.prisma.variableSet.update({ where: { id }, data: { text: broken } })
  repository.write('index.html', 'two')
  repository.commit('second')
  expect(await deployed(path)).toMatchObject({ status: 'failed', failure: { code: expect.any(String) } })
  expect(await place.host.shell(`cat ${root}/current/index.html ${root}/current/.env`)).toMatch(/^oneA="?one"?\n$/)
  expect(await api.call('GET', `${path}/variables`)).toMatchObject({
    status: 500,
    body: { error: { code: 'internal', message: expect.stringMatching(/can’t be decrypted/) } },
  })
})

it('attacks 6 and 8: a tree that leads elsewhere is refused, and a link that was planted is never followed', async () => {
  const { repository, root, path } = await environment()
  const outside = `${root}.outside`
  await place.host.shell(`printf kept > ${outside}; chmod 600 ${outside}`)
  repository.write(
    '.fairlead/after.pull',
    `ln -s ${outside} planted; ln -s ${outside} "$FAIRLEAD_ROOT/storage/planted"\n`,
  )
  repository.commit('first')
  await asked('PATCH', path, { permissions: { owner: 'www-data', group: 'deployer', mode: 'strict' } })
  expect(await deployed(path)).toMatchObject({ status: 'succeeded' })
  expect(await place.host.shell(`stat -c %a ${outside}; cat ${outside}`)).toBe('600\nkept')

  const store = (type: string, input: Buffer) =>
    execFileSync('git', ['hash-object', '-t', type, '-w', '--literally', '--stdin'], { cwd: repository.path, input })
      .toString()
      .trim()
  const blob = store('blob', Buffer.from('evil'))
  const link = store('blob', Buffer.from(`${root}.outside`))
  const tree = (...entries: [string, string, string][]) =>
    store(
      'tree',
      Buffer.concat(
        entries.flatMap(([mode, name, sha]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')]),
      ),
    )
  const folder = tree(['100644', 'f', blob])
  const evil = [
    tree(['40000', '..', folder]),
    tree(['100644', `../../evil`, blob]),
    tree(['120000', 'x', link], ['40000', 'x', folder]),
    tree(['40000', '.git', folder]),
  ]
  for (const [n, sha] of evil.entries()) {
    const commit = repository.git('commit-tree', '-m', 'evil', sha)
    repository.git('update-ref', `refs/heads/evil-${n}`, commit)
    expect(await deployed(path, { ref: `evil-${n}` }), String(n)).toMatchObject({ status: 'failed' })
  }
  expect(await place.host.shell(`cat ${outside}; ls $(dirname ${root}) | grep evil || true`)).toBe('kept')
})
