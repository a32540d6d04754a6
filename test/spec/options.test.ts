import { describe, expect, it } from 'vitest'
import { noOptions, optionsSchema, parseOptions } from '../../lib/spec/options.ts'
import { refusedWith } from './refused.ts'

const ready = (more: object = {}) => ({ kind: 'httpGet', name: 'up', port: 80, ...more })

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
      readiness: [],
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
    expect(optionsSchema.parse({ readiness: [ready()] }).readiness).toEqual([
      {
        kind: 'httpGet',
        name: 'up',
        when: 'after',
        from: 'server',
        scheme: 'http',
        address: '',
        port: 80,
        path: '/',
        host: '',
        headers: [],
        status: null,
        contains: '',
        trySeconds: 5,
        pauseSeconds: 5,
        totalSeconds: 300,
        onFailure: 'rollback',
      },
    ])
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
    ['no server at once', { strategy: { batch: { count: 0 } } }, 'strategy.batch.count'],
    ['all servers as a minimum', { strategy: { minimumHealthy: { percent: 100 } } }, 'strategy.minimumHealthy.percent'],
    ['a batch of another name', { strategy: { batch: 'most' } }, 'strategy.batch'],
    ['what nobody knows', { restart: [] }, ''],
    ['checks of one name', { readiness: [ready(), ready()] }, 'readiness'],
    [
      'the panel asking before the switch',
      { readiness: [ready({ from: 'panel', when: 'before' })] },
      'readiness.0.when',
    ],
    ['a path with a blank', { readiness: [ready({ path: '/a b' })] }, 'readiness.0.path'],
    ['a path of elsewhere', { readiness: [ready({ path: 'https://x.example' })] }, 'readiness.0.path'],
    ['an address with a path', { readiness: [ready({ address: 'app/x' })] }, 'readiness.0.address'],
    [
      'a second line in a header',
      { readiness: [ready({ headers: [{ name: 'A', value: 'b\nc' }] })] },
      'readiness.0.headers.0.value',
    ],
    [
      'a header of ours',
      { readiness: [ready({ headers: [{ name: 'Host', value: 'b' }] })] },
      'readiness.0.headers.0.name',
    ],
  ])('refuse %s', (_what, options, path) => {
    expect(() => parseOptions(options)).toThrow(refusedWith(path))
  })
})
