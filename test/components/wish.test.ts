import { describe, expect, it } from 'vitest'
import { groupsFor, nothingFound } from '@/components/palette/commands.ts'
import { readWish } from '@/components/palette/wish.ts'
import type { EnvironmentHit } from '@/lib/api/shapes-overview.ts'

const sha = '0123456789abcdef0123456789abcdef01234567'

describe('what is typed into the palette', () => {
  it.each([
    ['shop prod', { do: 'find', words: 'shop prod' }],
    ['deploy', { do: 'deploy', ref: null, words: '' }],
    ['  Deploy   shop prod', { do: 'deploy', ref: null, words: 'shop prod' }],
    ['deploy v1.2 to shop', { do: 'deploy', ref: 'v1.2', words: 'shop' }],
    ['deploy v1.2 to', { do: 'deploy', ref: 'v1.2', words: '' }],
    [`deploy commit ${sha} to shop prod`, { do: 'deploy', ref: sha, words: 'shop prod' }],
    ['deploy commit 0123abc', { do: 'deploy', ref: '0123abc', words: '' }],
    ['deploy a commit', { do: 'deploy', ref: null, words: '' }],
    ['deploy a commit to shop prod', { do: 'deploy', ref: null, words: 'shop prod' }],
    ['deploy 0123abc shop', { do: 'deploy', ref: '0123abc', words: 'shop' }],
    ['roll back shop', { do: 'rollBack', words: 'shop' }],
    ['rollback', { do: 'rollBack', words: '' }],
    ['variables of shop', { do: 'open', part: 'variables', words: 'shop' }],
    ['go to logs shop prod', { do: 'open', part: 'logs', words: 'shop prod' }],
    // What only begins like an action is a name.
    ['deployer', { do: 'find', words: 'deployer' }],
    ['logistics', { do: 'find', words: 'logistics' }],
    ['', { do: 'find', words: '' }],
  ])('%j', (text, wish) => {
    expect(readWish(text)).toEqual(wish)
  })
})

describe('the lines of the palette', () => {
  const shop: EnvironmentHit = {
    id: '1',
    project: 'Shop',
    name: 'production',
    branch: 'main',
    projectId: '2',
    servers: ['web1'],
    live: { number: 5, revision: sha, subject: 'Sell umbrellas' },
    rollBackTo: { number: 4, subject: 'Sell hats' },
    isBusy: false,
    mayDeploy: true,
    mayReadVariables: true,
  }
  const lines = (text: string, environment: EnvironmentHit) =>
    groupsFor(readWish(text), { ...nothingFound, environments: [environment] }, []).flatMap(({ commands }) => commands)

  it('name the commit and the release that they are about', () => {
    expect(lines(`deploy ${sha} to shop`, shop)).toEqual([
      {
        id: 'deploy 1',
        title: 'Deploy 0123456 to Shop / production',
        act: { do: 'deploy', environmentId: '1', ref: sha },
      },
    ])
    expect(lines('roll back shop', shop)).toMatchObject([
      { title: 'Roll back Shop / production to 4', detail: 'Sell hats', act: { do: 'rollBack', environmentId: '1' } },
    ])
    expect(lines('variables shop', shop)).toMatchObject([{ act: { do: 'go', href: '/environments/1?tab=variables' } }])
  })

  it('offer nothing that may not, or can’t, be done', () => {
    expect(lines('deploy shop', { ...shop, mayDeploy: false })).toEqual([])
    expect(lines('roll back shop', { ...shop, mayDeploy: false })).toEqual([])
    expect(lines('roll back shop', { ...shop, isBusy: true })).toEqual([])
    expect(lines('variables shop', { ...shop, mayReadVariables: false })).toEqual([])
    const titles = lines('shop', { ...shop, mayDeploy: false, mayReadVariables: false }).map(({ title }) => title)
    expect(titles).toEqual(['Shop / production'])
  })
})
