// What chats are sent. Names, branches and messages come from people and from servers: each medium gets them as text that marks
// nothing up and calls nobody.
import type { Told } from '@/lib/deploy/telling.ts'

/** JSON for an incoming webhook of Slack: plain text but for the link, which is ours. */
export function slackMessage(told: Told): object {
  const { title, line, failure, url } = told
  const plain = (text: string) => ({ type: 'plain_text', text: forSlack(text), emoji: false })
  const block = (text: string) => ({ type: 'section', text: plain(text) })
  return {
    text: forSlack(title),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      block(title),
      ...(failure === null ? [] : [block(failure)]),
      { type: 'context', elements: [plain(line)] },
      ...(url === null
        ? []
        : [{ type: 'actions', elements: [{ type: 'button', text: plain('Open in Fairlead'), url }] }]),
    ],
  }
}

/** As each documents: a text of Slack, title and description (of failure, line and what is between) of an embed; of a card of 28 KB. */
const limits = { slackText: 3_000, discordTitle: 256, discordFailure: 2_800, discordLine: 1_200, teamsText: 3_000 }

/** Its signs, each escaped, as many as have room in `most` UTF-16 units: neither a sign nor what escapes it is cut in two. */
function cut(text: string, most: number, escape: (sign: string) => string): string {
  const pieces = [...text].map(escape)
  const whole = pieces.join('')
  if (whole.length <= most) return whole
  let kept = ''
  for (const piece of pieces) {
    if (kept.length + piece.length > most - 1) break
    kept += piece
  }
  return `${kept}…`
}

/** As Slack says: these three make links, mentions and names of channels. */
function forSlack(text: string): string {
  const escaped: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
  return cut(text, limits.slackText, (sign) => escaped[sign] ?? sign)
}

const colours = { good: 0x2f9e44, bad: 0xe03131, plain: 0x868e96 }

/** JSON for a webhook of Discord. */
export function discordMessage({ title, line, failure, tone, url }: Told): object {
  const why = failure === null ? [] : [forDiscord(failure, limits.discordFailure)]
  const description = [...why, forDiscord(line, limits.discordLine)].join('\n')
  const shown = forDiscord(title, limits.discordTitle)
  return {
    allowed_mentions: { parse: [] },
    embeds: [{ title: shown, description, color: colours[tone], ...(url ? { url } : {}) }],
  }
}

/** Signs of Markdown are escaped; an address is no link without its colon. */
function forDiscord(text: string, most: number): string {
  return cut(text, most, (sign) => sign.replace(/[\\*_~`|>#[\]()<:@-]/, String.raw`\$&`))
}

/** JSON for a workflow of Teams: an Adaptive Card whose runs of text know no Markdown. */
export function teamsMessage({ title, line, failure, tone, url }: Told): object {
  const color = { good: 'good', bad: 'attention', plain: 'default' }[tone]
  const block = (text: string, more: object = {}) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: cut(text, limits.teamsText, (sign) => sign), ...more }],
  })
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      block(title, { weight: 'bolder', color }),
      ...(failure === null ? [] : [block(failure)]),
      block(line, { isSubtle: true }),
    ],
    ...(url === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open in Fairlead', url }] }),
  }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  }
}
