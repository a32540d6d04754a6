import { describe, expect, it } from 'vitest'
import { readSettings } from '@/lib/settings.ts'

const read = (env: Record<string, string>) => readSettings({ DATABASE_URL: 'postgresql://x', ...env })
const complaint = (env: Record<string, string>): string => {
  try {
    read(env)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('settings', () => {
  it('take an empty variable for an absent one', () => {
    expect(read({ PORT: '', FAIRLEAD_PUBLIC_URL: '', FAIRLEAD_PROXIES: '' })).toMatchObject({
      port: 3000,
      publicUrl: null,
      proxies: ['127.0.0.0/8', '::1'],
    })
  })

  it('name every wrong one in words, and never its value', () => {
    expect(complaint({ PORT: 'abc', DATABASE_URL: 'mysql://user:hunter2@host' })).toBe(
      'DATABASE_URL must begin with postgresql://. PORT must be a number from 0 to 65535.',
    )
    for (const port of ['-1', '65536', '3000.5', 'Infinity']) expect(complaint({ PORT: port })).toMatch('PORT must be')
    expect(complaint({ FAIRLEAD_LOG_LEVEL: 'loud' })).toMatch('FAIRLEAD_LOG_LEVEL must be one of fatal, error')
  })

  it('have a public address that is a host and nothing below it', () => {
    expect(read({ FAIRLEAD_PUBLIC_URL: 'https://deploy.example.org/' }).publicUrl).toBe('https://deploy.example.org')
    for (const url of [
      'deploy.example.org',
      'ftp://deploy.example.org',
      'https://example.org/panel',
      'https://a:b@example.org',
      'https://example.org/?x',
    ])
      expect(complaint({ FAIRLEAD_PUBLIC_URL: url }), url).toMatch('FAIRLEAD_PUBLIC_URL must be')
  })

  it('know proxies by address or network', () => {
    expect(read({ FAIRLEAD_PROXIES: '10.0.0.0/8, 2001:db8::1,172.18.0.2' }).proxies).toEqual([
      '10.0.0.0/8',
      '2001:db8::1',
      '172.18.0.2',
    ])
    for (const text of ['proxy.example.org', '10.0.0.0/33', '10.0.0/8', '*', '2001:db8::/129', '10.0.0.0/'])
      expect(complaint({ FAIRLEAD_PROXIES: text }), text).toMatch('FAIRLEAD_PROXIES must be')
  })

  it('name a mail server, and never say its password', () => {
    expect(read({})).toMatchObject({ smtpUrl: null, mailFrom: null })
    const given = {
      FAIRLEAD_SMTP_URL: 'smtps://ada:s3cret@mail.example.org',
      FAIRLEAD_MAIL_FROM: 'Ops <ops@example.org>',
    }
    expect(read(given)).toMatchObject({ smtpUrl: given.FAIRLEAD_SMTP_URL, mailFrom: given.FAIRLEAD_MAIL_FROM })
    expect(complaint({ FAIRLEAD_SMTP_URL: 'https://ada:s3cret@mail.example.org' })).toMatch(
      /^(?!.*s3cret)FAIRLEAD_SMTP_URL must be/,
    )
    for (const text of ['nobody', 'a@b@c', 'Ops <ops>'])
      expect(complaint({ FAIRLEAD_MAIL_FROM: text }), text).toMatch('FAIRLEAD_MAIL_FROM must be')
  })

  it('name hosts of private networks', () => {
    expect(read({}).privateHosts).toEqual([])
    expect(read({ FAIRLEAD_PRIVATE_HOSTS: 'Git.internal, 10.0.0.7,fd00::1' }).privateHosts).toEqual([
      'git.internal',
      '10.0.0.7',
      'fd00::1',
    ])
    for (const text of ['https://git.internal', 'git.internal:8443', '*.internal'])
      expect(complaint({ FAIRLEAD_PRIVATE_HOSTS: text }), text).toMatch('FAIRLEAD_PRIVATE_HOSTS must be')
  })
})
