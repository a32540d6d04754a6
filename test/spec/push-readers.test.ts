// What each host's deliveries are read as, in the shapes that they document; and which addresses are of one repository.
import { describe, expect, it } from 'vitest'
import { providers } from '@/lib/spec/push.ts'
import { readDelivery } from '@/lib/spec/push-readers/read.ts'
import { sameRepository } from '@/lib/spec/push-readers/same-repository.ts'
import { bucketRepository, delivery, hubRepository } from '../push/payloads.ts'

const [a, b, zeros] = ['a'.repeat(40), 'b'.repeat(40), '0'.repeat(40)]
const repositoryUrl = 'https://git.example.com/acme/shop.git'
const repository = hubRepository(repositoryUrl)
const project = {
  git_http_url: repositoryUrl,
  git_ssh_url: 'git@git.example.com:acme/shop.git',
  web_url: repositoryUrl,
}
const bucket = bucketRepository(repositoryUrl)

describe.each(providers)('a push as %s tells of it', (provider) => {
  const read = (pushed: object) => {
    const { headers, body } = delivery(provider, {
      secret: 'x',
      repositoryUrl,
      ref: 'refs/heads/main',
      before: a,
      after: b,
      id: 'one',
      ...pushed,
    })
    return readDelivery(provider, headers, JSON.parse(body))
  }

  it('is of a branch, a tag, or of what is gone', () => {
    for (const [given, told] of [
      [{}, { kind: 'branch', name: 'main', commit: b }],
      [{ ref: 'refs/heads/feature/a' }, { kind: 'branch', name: 'feature/a', commit: b }],
      [
        { ref: 'refs/tags/v1', before: zeros },
        { kind: 'tag', name: 'v1', commit: b },
      ],
      [{ after: zeros }, { kind: 'branch', name: 'main', commit: null }],
    ] as const)
      expect(read(given)).toMatchObject({
        key: 'one',
        read: { type: 'told', told: { type: 'pushes', pushes: [{ ...told, pusher: 'ada' }] } },
      })
  })

  it('names the repository by an address that is found again', () => {
    const { repositories } = read({})!
    expect(sameRepository(repositoryUrl, repositories)).toBe(true)
    expect(sameRepository('git@git.example.com:acme/shop.git', repositories)).toBe(true)
    expect(sameRepository('https://git.example.com/acme/other.git', repositories)).toBe(false)
  })

  it('is nothing when it has another shape', () => {
    const { headers } = delivery(provider, { secret: 'x', repositoryUrl, ref: 'refs/heads/main', before: a, after: b })
    for (const json of [null, [], 'x', 7, {}, { ref: 1 }, { ref: 'refs/heads/main', after: 'main' }])
      expect(readDelivery(provider, headers, json), JSON.stringify(json)).toBeNull()
  })
})

const at = '2026-11-22T00:00:00.000Z'
const check = (name: string, state: string) => ({ commit: a, name, state, at })
const status = (state: string, context = 'ci') => ({
  sha: a,
  context,
  state,
  updated_at: at,
  created_at: at,
  repository,
})
const run = (fields: object) => ({
  action: 'completed',
  check_run: { head_sha: a, name: 'test', started_at: at, completed_at: null, conclusion: null, ...fields },
  repository,
})
const pipeline = (state: string, more: object = {}, source = 'push') => ({
  object_kind: 'pipeline',
  object_attributes: { sha: a, status: state, source, created_at: '2026-11-22 00:00:00 UTC', finished_at: null },
  project,
  ...more,
})
const built = (state: string) => ({
  commit_status: {
    key: 'CI-1',
    name: 'Tests',
    state,
    created_on: at,
    updated_on: at,
    links: { commit: { href: `https://api.bitbucket.org/2.0/repositories/acme/shop/commit/${a}` } },
  },
  repository: bucket,
})

describe('a check', () => {
  it.each([
    ['github', 'status', status('success'), [check('ci', 'passed')]],
    ['github', 'status', status('pending'), [check('ci', 'waiting')]],
    ['github', 'status', status('error'), [check('ci', 'failed')]],
    [
      'github',
      'check_run',
      run({ status: 'completed', conclusion: 'success', completed_at: at }),
      [check('test', 'passed')],
    ],
    [
      'github',
      'check_run',
      run({ status: 'completed', conclusion: 'timed_out', completed_at: at }),
      [check('test', 'failed')],
    ],
    ['github', 'check_run', run({ status: 'in_progress' }), [check('test', 'waiting')]],
    ['gitlab', 'Pipeline Hook', pipeline('success'), [check('pipeline', 'passed')]],
    ['gitlab', 'Pipeline Hook', pipeline('running'), [check('pipeline', 'waiting')]],
    ['gitlab', 'Pipeline Hook', pipeline('canceled'), [check('pipeline', 'failed')]],
    [
      'gitlab',
      'Pipeline Hook',
      pipeline('success', { merge_request: { source_project_id: 1, target_project_id: 1 } }, 'merge_request_event'),
      [check('merge_request_pipeline', 'passed')],
    ],
    // Begun once more, after it had passed: its own times are those of before.
    [
      'gitlab',
      'Pipeline Hook',
      pipeline('running', {
        builds: [
          { created_at: '2026-11-22 00:00:00 UTC', started_at: '2026-11-22 00:01:00 UTC' },
          { created_at: '2026-11-22 00:05:00 UTC', started_at: null },
        ],
      }),
      [{ ...check('pipeline', 'waiting'), at: '2026-11-22T00:05:00.000Z' }],
    ],
    [
      'bitbucket',
      'repo:commit_status_updated',
      built('SUCCESSFUL'),
      [check('CI-1', 'passed'), check('Tests', 'passed')],
    ],
    ['bitbucket', 'repo:commit_status_created', built('STOPPED'), [check('CI-1', 'failed'), check('Tests', 'failed')]],
    ['gitea', 'status', status('success'), [check('ci', 'passed')]],
    ['gitea', 'status', status('warning'), [check('ci', 'failed')]],
    [
      'generic',
      '',
      { event: 'check', repository: repositoryUrl, commit: a, name: 'ci', state: 'passed', at },
      [check('ci', 'passed')],
    ],
  ] as const)('of %s (%s) is read: %#', (provider, event, json, checks) => {
    const headers = { [eventHeaders[provider]]: event }
    expect(readDelivery(provider, headers, json)?.read).toEqual({ type: 'told', told: { type: 'checks', checks } })
  })
})

const eventHeaders = {
  github: 'x-github-event',
  gitlab: 'x-gitlab-event',
  bitbucket: 'x-event-key',
  gitea: 'x-gitea-event',
  generic: 'x-nothing',
} as const
const fork = { repo: { full_name: 'eve/shop' } }
const own = { repo: { full_name: 'acme/shop' } }

describe('what is none of Fairlead’s business', () => {
  it.each([
    ['github', 'ping', { zen: 'Keep it logically awesome.', hook_id: 1, repository }, 'ping'],
    ['github', 'create', { ref: 'v1', ref_type: 'tag', repository }, 'other_event'],
    ['github', 'pull_request', { pull_request: { head: fork, base: own }, repository }, 'pull_request'],
    ['github', 'fork', { forkee: {}, repository }, 'fork'],
    ['github', 'status', status('success', 'fairlead/production'), 'own_status'],
    ['github', 'push', { ref: 'refs/notes/commits', after: a, repository }, 'other_ref'],
    [
      'gitlab',
      'Merge Request Hook',
      { object_attributes: { source_project_id: 2, target_project_id: 1 } },
      'pull_request',
    ],
    ['gitlab', 'Job Hook', { project }, 'other_event'],
    [
      'gitlab',
      'Pipeline Hook',
      pipeline('success', { merge_request: { source_project_id: 2, target_project_id: 1 } }),
      'pull_request',
    ],
    ['gitlab', 'Pipeline Hook', pipeline('success', { merge_request: null }, 'merge_request_event'), 'pull_request'],
    ['gitlab', 'Pipeline Hook', pipeline('success', {}, 'external_pull_request_event'), 'pull_request'],
    ['gitlab', 'Pipeline Hook', pipeline('success', {}, 'parent_pipeline'), 'other_event'],
    ['gitlab', 'Pipeline Hook', pipeline('success', {}, 'ondemand_dast_scan'), 'other_event'],
    ['gitlab', 'Pipeline Hook', pipeline('success', {}, 'external'), 'external_status'],
    ['github', 'push', { ref: `refs/heads/${'x'.repeat(251)}`, after: a, repository }, 'other_ref'],
    ['bitbucket', 'pullrequest:fulfilled', { repository: bucket }, 'pull_request'],
    ['bitbucket', 'repo:fork', { repository: bucket }, 'fork'],
    ['bitbucket', 'issue:created', { repository: bucket }, 'other_event'],
    ['gitea', 'pull_request', { pull_request: { head: own, base: own }, repository }, 'pull_request'],
    ['gitea', 'release', { repository }, 'other_event'],
    ['generic', '', { event: 'ping', repository: repositoryUrl }, 'ping'],
    ['generic', '', { event: 'dance', repository: repositoryUrl }, 'other_event'],
  ] as const)('is %s’s %s: %#', (provider, event, json, reason) => {
    const headers = { [eventHeaders[provider]]: event }
    expect(readDelivery(provider, headers, json)?.read).toMatchObject({ type: 'ignored', reason })
  })

  it('says whether a pull request comes from a fork', () => {
    const read = (head: object) =>
      readDelivery('github', { 'x-github-event': 'pull_request' }, { pull_request: { head, base: own }, repository })
    expect(read(fork)?.read).toMatchObject({ words: expect.stringContaining('from a fork') })
    expect(read(own)?.read).toMatchObject({ words: expect.not.stringContaining('from a fork') })
  })
})

describe('details of hosts', () => {
  it('several changes of one Bitbucket push are all told', () => {
    const change = (type: string, name: string, hash: string | null) => ({
      old: { type, name },
      new: hash && { type, name, target: { hash } },
    })
    const tooLong = change('branch', 'x'.repeat(2_000), a)
    const json = {
      push: { changes: [change('branch', 'main', a), change('tag', 'v1', b), change('branch', 'old', null), tooLong] },
      repository: bucket,
    }
    expect(readDelivery('bitbucket', { 'x-event-key': 'repo:push' }, json)?.read).toMatchObject({
      told: {
        pushes: [
          { kind: 'branch', name: 'main', commit: a },
          { kind: 'tag', name: 'v1', commit: b },
          { kind: 'branch', name: 'old', commit: null },
        ],
      },
    })
  })

  it('an annotated tag is its commit', () => {
    const hub = { ref: 'refs/tags/v1', after: b, head_commit: { id: a }, repository }
    const lab = { ref: 'refs/tags/v1', after: b, checkout_sha: a, project }
    for (const found of [
      readDelivery('github', { 'x-github-event': 'push' }, hub),
      readDelivery('gitlab', { 'x-gitlab-event': 'Tag Push Hook' }, lab),
    ])
      expect(found?.read).toMatchObject({ told: { pushes: [{ kind: 'tag', commit: a }] } })
  })

  it('only what can be one is taken for the name of a delivery', () => {
    const key = (id: string) => readDelivery('github', { 'x-github-event': 'ping', 'x-github-delivery': id }, {})?.key
    expect(key('72d3162e-cc78-11e3-81ab-4c9367dc0958')).toBe('72d3162e-cc78-11e3-81ab-4c9367dc0958')
    for (const id of ['', 'a b', 'x'.repeat(201), 'ä']) expect(key(id), id).toBeNull()
  })
})

describe('addresses of one repository', () => {
  it.each([
    ['https://github.com/acme/shop', 'git@github.com:acme/shop.git'],
    ['https://GitHub.com/Acme/Shop.git/', 'ssh://git@github.com/acme/shop'],
    ['https://git.example.com:8443/acme/shop.git', 'ssh://git@git.example.com:2222/acme/shop.git'],
    ['https://git.example.com/acme/shop', 'https://git.example.com:443/acme/shop.git'],
    ['https://ada@bitbucket.org/acme/shop.git', 'https://bitbucket.org/acme/shop'],
    ['ssh://git@ssh.github.com:443/acme/shop.git', 'git@github.com:acme/shop.git'],
    ['https://gitlab.example.com/group/sub/shop.git', 'git@gitlab.example.com:group/sub/shop.git'],
    ['/srv/git/shop.git', 'file:///srv/git/shop'],
  ])('%s is %s', (one, other) => {
    expect(sameRepository(one, [other])).toBe(true)
    expect(sameRepository(other, ['https://elsewhere.example/x', one])).toBe(true)
  })

  it.each([
    ['https://github.com/acme/shop', 'https://github.com.evil.example/acme/shop'],
    ['https://github.com/acme/shop', 'https://github.com@evil.example/acme/shop'],
    ['https://github.com/acme/shop', 'https://evil.example/github.com/acme/shop'],
    ['https://github.com/acme/shop', 'https://github.com/acme/shop2'],
    ['https://github.com/acme/shop', 'https://github.com/acme/shop/../other'],
    ['https://github.com/acme/shop', 'git@github.com:evil/shop.git'],
    ['https://git.example.com:8443/shop', 'https://git.example.com:9443/shop'],
    ['/srv/git/shop.git', '/srv/git/Shop.git'],
    ['/srv/git/shop.git', 'https://srv/git/shop.git'],
    ['https://github.com/acme/shop', ''],
    ['https://github.com/acme/shop', 'javascript:alert(1)'],
  ])('%s is not %s', (one, other) => expect(sameRepository(one, [other])).toBe(false))
})
