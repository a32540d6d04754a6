// Words for who is told, and of what.
import type { ChannelView, MessageView } from '@/lib/api/shapes-channels.ts'

export type ChannelKind = ChannelView['kind']

export const kinds: Record<ChannelKind, string> = {
  email: 'E-mail',
  slack: 'Slack',
  discord: 'Discord',
  teams: 'Microsoft Teams',
  webhook: 'Signed webhook',
  github: 'Commit status on GitHub',
  gitlab: 'Commit status on GitLab',
  gitea: 'Commit status on Gitea or Forgejo',
}

export const eventWords: Record<MessageView['event'], string> = {
  queued: 'queued',
  started: 'started',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  superseded: 'superseded',
  test: 'test',
}

/** Marks on commits want every turn; chats only what came of it. */
export function usualEvents(kind: ChannelKind): readonly ChannelView['events'][number][] {
  return ['github', 'gitlab', 'gitea'].includes(kind)
    ? ['queued', 'started', 'succeeded', 'failed', 'cancelled', 'superseded']
    : ['succeeded', 'failed']
}
