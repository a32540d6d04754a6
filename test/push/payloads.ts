// What Git hosts post when somebody pushes, in the shape that each of them documents; made by hand, not by the product's code.
import { createHmac, randomUUID } from 'node:crypto'
import type { Provider } from '../../lib/spec/push.ts'

export type Pushed = {
  secret: string
  /** As it is cloned. */
  repositoryUrl: string
  ref: `refs/heads/${string}` | `refs/tags/${string}`
  /** Zeros = the branch or tag is new. */
  before: string
  /** Zeros = the branch or tag is gone. */
  after: string
  message?: string
  /** The host's delivery id. */
  id?: string
}
export type Posted = { headers: Record<string, string>; body: string }

/** A push as that host tells of it, signed. */
export function delivery(provider: Provider, pushed: Pushed): Posted {
  return signed(provider, pushed.secret, makers[provider](pushed), pushed.id)
}

/** Any payload of a host with the headers that go with it. `event`: by the host's name for it. */
export function signed(
  provider: Provider,
  secret: string,
  { event, payload }: Made,
  id: string = randomUUID(),
): Posted {
  const body = JSON.stringify(payload)
  const headers = headersOf[provider]({ event, id, secret, hex: hmac(secret, body), body })
  return { headers: { 'content-type': 'application/json', ...headers }, body }
}

/** `event`: as the host calls it. */
type Made = { event: string; payload: unknown }
/** `hex`: the HMAC-SHA-256 of the body. */
type Sent = { event: string; id: string; secret: string; hex: string; body: string }

const headersOf: Record<Provider, (sent: Sent) => Record<string, string>> = {
  github: ({ event, id, hex }) => ({
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-github-hook-id': '292430182',
    'x-hub-signature-256': `sha256=${hex}`,
  }),
  gitlab: ({ event, id, secret }) => ({
    'user-agent': 'GitLab/17.5.0',
    'x-gitlab-event': event,
    'x-gitlab-token': secret,
    'x-gitlab-event-uuid': id,
    'x-gitlab-webhook-uuid': '0d8f5d66-8a2c-4a5c-9c5e-1d3b1f0a2b11',
    'x-gitlab-instance': 'https://gitlab.example.com',
  }),
  bitbucket: ({ event, id, hex }) => ({
    'user-agent': 'Bitbucket-Webhooks/2.0',
    'x-event-key': event,
    'x-request-uuid': id,
    'x-hook-uuid': '{7bbd6f7b-5d8c-4a6e-9c55-1f0c9e0b7a11}',
    'x-attempt-number': '1',
    'x-hub-signature': `sha256=${hex}`,
  }),
  gitea: ({ event, id, hex }) => ({
    'user-agent': 'Go-http-client/1.1',
    'x-gitea-event': event,
    'x-gitea-event-type': event,
    'x-gitea-delivery': id,
    'x-gitea-signature': hex,
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${hex}`,
  }),
  generic({ id, secret, body }) {
    const seconds = Math.floor(Date.now() / 1_000)
    const signature = `t=${seconds},v1=${hmac(secret, `${seconds}.${body}`)}`
    return { 'user-agent': 'curl/8.5.0', 'x-fairlead-delivery': id, 'x-fairlead-signature': signature }
  },
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

const ada = { name: 'Ada', email: 'ada@example.com', username: 'ada' }
const at = '2026-11-22T01:00:00+01:00'

/** The newest commit of a push as GitHub and Gitea tell of it; null = the branch or tag is gone. */
function hubCommit({ repositoryUrl, after, message = 'A change' }: Pushed, more: object): object | null {
  if (isZeros(after)) return null
  const url = `${web(repositoryUrl)}/commit/${after}`
  return { id: after, message, timestamp: at, url, author: ada, committer: ada, ...more }
}

const makers: Record<Provider, (pushed: Pushed) => Made> = {
  github(pushed) {
    const { repositoryUrl, ref, before, after } = pushed
    const head = hubCommit(pushed, { tree_id: after, distinct: true, added: [], removed: [], modified: ['x'] })
    const payload = {
      ...{ ref, before, after, base_ref: null, created: isZeros(before), deleted: !head, forced: false },
      repository: hubRepository(repositoryUrl),
      pusher: { name: 'ada', email: 'ada@example.com' },
      sender: { login: 'ada', id: 1, type: 'User', site_admin: false },
      compare: `${web(repositoryUrl)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
      commits: head ? [head] : [],
      head_commit: head,
    }
    return { event: 'push', payload }
  },
  gitlab({ repositoryUrl, ref, before, after, message = 'A change' }) {
    const kind = ref.startsWith('refs/tags/') ? 'tag_push' : 'push'
    const page = web(repositoryUrl)
    const isGone = isZeros(after)
    const addresses = { homepage: page, git_http_url: repositoryUrl, git_ssh_url: ssh(repositoryUrl) }
    const commit = {
      ...{ id: after, message, title: message, timestamp: at, url: `${page}/-/commit/${after}` },
      ...{ author: { name: 'Ada', email: '[REDACTED]' }, added: [], modified: ['index.html'], removed: [] },
    }
    const payload = {
      ...{ object_kind: kind, event_name: kind, before, after, ref, ref_protected: true, message: null },
      checkout_sha: isGone ? null : after,
      ...{ user_id: 4, user_name: 'Ada Lovelace', user_username: 'ada', user_email: null, project_id: 15 },
      project: {
        ...{
          id: 15,
          name: 'shop',
          namespace: 'acme',
          path_with_namespace: path(repositoryUrl),
          default_branch: 'main',
        },
        ...{
          ...addresses,
          web_url: page,
          url: ssh(repositoryUrl),
          ssh_url: ssh(repositoryUrl),
          http_url: repositoryUrl,
        },
      },
      commits: isGone ? [] : [commit],
      total_commits_count: isGone ? 0 : 1,
      push_options: {},
      repository: { ...addresses, name: 'shop', url: ssh(repositoryUrl), description: '', visibility_level: 0 },
    }
    return { event: kind === 'push' ? 'Push Hook' : 'Tag Push Hook', payload }
  },
  bitbucket({ repositoryUrl, ref, before, after, message = 'A change' }) {
    const name = ref.replace(/^refs\/(heads|tags)\//, '')
    const type = ref.startsWith('refs/tags/') ? 'tag' : 'branch'
    const links = { html: { href: `${web(repositoryUrl)}/branch/main` } }
    const state = (hash: string): object | null =>
      isZeros(hash) ? null : { type, name, target: { type: 'commit', hash, message, date: at }, links }
    const change = {
      ...{ old: state(before), new: state(after), created: isZeros(before), closed: isZeros(after) },
      ...{ forced: false, truncated: false, commits: [] },
    }
    const actor = { type: 'user', display_name: 'Ada Lovelace', nickname: 'ada', uuid: '{ada}' }
    return {
      event: 'repo:push',
      payload: { push: { changes: [change] }, repository: bucketRepository(repositoryUrl), actor },
    }
  },
  gitea(pushed) {
    const { repositoryUrl, ref, before, after } = pushed
    const head = hubCommit(pushed, { added: null, removed: null, modified: null })
    const user = { id: 1, login: 'ada', full_name: 'Ada Lovelace', email: 'ada@example.com', username: 'ada' }
    const payload = {
      ...{ ref, before, after, compare_url: `${web(repositoryUrl)}/compare/${before}...${after}` },
      ...{ commits: head ? [head] : [], total_commits: head ? 1 : 0, head_commit: head },
      ...{ repository: hubRepository(repositoryUrl), pusher: user, sender: user },
    }
    return { event: 'push', payload }
  },
  generic({ repositoryUrl, ref, after }) {
    const commit = isZeros(after) ? null : after
    return { event: 'push', payload: { event: 'push', repository: repositoryUrl, ref, after: commit, pusher: 'ada' } }
  },
}

/** As GitHub, Gitea and Forgejo tell of a repository. */
export function hubRepository(url: string): Record<string, unknown> {
  return {
    id: 186853002,
    name: 'shop',
    full_name: path(url),
    private: true,
    fork: false,
    html_url: web(url),
    git_url: url.replace(/^https?:/, 'git:'),
    ssh_url: ssh(url),
    clone_url: url,
    default_branch: 'main',
    owner: { login: 'acme', name: 'acme', id: 2 },
  }
}

/** As Bitbucket Cloud tells of a repository: no address to clone it from. */
export function bucketRepository(url: string): Record<string, unknown> {
  return {
    type: 'repository',
    name: 'shop',
    full_name: path(url),
    is_private: true,
    scm: 'git',
    uuid: '{673a6070-3421-46c9-9d48-90745f7bfe8e}',
    links: { html: { href: web(url) } },
  }
}

function isZeros(commit: string): boolean {
  return /^0+$/.test(commit)
}

function web(url: string): string {
  return url.replace(/\.git$/, '')
}

function path(url: string): string {
  return web(url).replace(/^https?:\/\/[^/]+\/?|^\//, '')
}

function ssh(url: string): string {
  const match = /^https?:\/\/([^/:]+)(?::\d+)?\/(.*)$/.exec(url)
  return match ? `git@${match[1]}:${match[2]}` : url
}
