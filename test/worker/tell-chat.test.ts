// Notices have the size that chats take, whatever names and messages are made of.
import { expect, it } from 'vitest'
import { discordMessage, slackMessage, teamsMessage } from '@/lib/worker/tell-chat.ts'

const told = (sign: string) => ({
  title: sign.repeat(250),
  line: sign.repeat(500),
  failure: sign.repeat(1_000),
  tone: 'bad' as const,
  url: null,
})
/** All texts in it, however deep. */
const texts = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : value && typeof value === 'object' ? Object.values(value).flatMap(texts) : []

it.each(['&', '<', '*', '😀', '"', 'x'])('made of %s', (sign) => {
  for (const text of texts(slackMessage(told(sign)))) {
    expect(text.length).toBeLessThanOrEqual(3_000)
    expect(text.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/)
  }
  const [embed] = (discordMessage(told(sign)) as { embeds: { title: string; description: string }[] }).embeds
  expect(embed!.title.length).toBeLessThanOrEqual(256)
  expect(embed!.description.length).toBeLessThanOrEqual(4_096)
  expect(embed!.title).not.toMatch(/\p{Cs}/u)
  expect(embed!.title).not.toMatch(/\\$|\\…/)
  expect(Buffer.byteLength(JSON.stringify(teamsMessage(told(sign))))).toBeLessThan(28 * 1024)
})
