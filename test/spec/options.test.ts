import { describe, expect, it } from 'vitest'
import { noOptions, optionsSchema, parseOptions } from '../../lib/spec/options.ts'
import { refusedWith } from './refused.ts'

describe('options', () => {
  it('are off unless somebody switches them on, but for what belongs to the repository', () => {
    expect(parseOptions({})).toEqual({
      subdirectory: '',
      submodules: true,
      lfs: true,
      shared: [],
      caches: { vendor: 'off', node_modules: 'off' },
      composer: 'off',
      nodePackages: 'off',
      migrations: 'off',
      restarts: [],
      healthCheck: null,
      strategy: { batch: 'all', minimumHealthy: null, canary: null, likeCodeDeploy: false, onFailure: 'rollback' },
    })
  })

  it('read back as they were written', () => {
    const written = optionsSchema.parse({
      ...noOptions,
      subdirectory: 'apps/web',
      shared: [{ path: 'storage', source: 'storage' }],
      restarts: [{ kind: 'php-fpm' }, { kind: 'command', name: 'warm up', text: 'make warm' }],
      healthCheck: { url: 'https://shop.example/up' },
    })
    expect(written).toMatchObject({
      shared: [{ kind: 'folder' }],
      restarts: [
        { service: 'php8.2-fpm', failure: 'stops' },
        { user: null, failure: 'stops' },
      ],
      healthCheck: { status: 200, contains: '', tries: 5, pauseSeconds: 3, timeoutSeconds: 10, onFailure: 'notify' },
    })
    expect(parseOptions(JSON.parse(JSON.stringify(written)))).toEqual(written)
  })

  it.each([
    ['a path out of the release', { subdirectory: '../etc' }, 'subdirectory'],
    ['an absolute path', { shared: [{ path: '/etc', source: 'storage' }] }, 'shared.0.path'],
    ['a release as a shared place', { shared: [{ path: 'x', source: 'release/x' }] }, 'shared.0.source'],
    ['what Fairlead keeps', { shared: [{ path: 'x', source: '.fairlead' }] }, 'shared.0.source'],
    ['one shared path in another', { shared: ['a', 'a/b'].map((path) => ({ path, source: path })) }, 'shared'],
    ['the same path twice', { shared: ['a', 'a'].map((path) => ({ path, source: path })) }, 'shared'],
    ['an option of systemctl', { restarts: [{ kind: 'systemd', unit: '--force' }] }, 'restarts.0.unit'],
    ['a second word', { restarts: [{ kind: 'supervisor', programs: 'a b' }] }, 'restarts.0.programs'],
    ['an option of curl', { healthCheck: { url: '-o/etc/passwd' } }, 'healthCheck.url'],
    ['lines to look for', { healthCheck: { url: 'https://x.example', contains: 'a\nb' } }, 'healthCheck.contains'],
    ['another protocol', { healthCheck: { url: 'file:///etc/passwd' } }, 'healthCheck.url'],
    ['what nobody knows', { restart: [] }, ''],
  ])('refuse %s', (_what, options, path) => {
    expect(() => parseOptions(options)).toThrow(refusedWith(path))
  })
})
