import { describe, expect, it } from 'vitest'
import { readHooks } from '../../lib/spec/amezmo.ts'

function file(path: string, text = 'set -e\ntrue\n') {
  return { path, bytes: new TextEncoder().encode(text), sha256: `sha of ${path}` }
}

function findings(...files: ReturnType<typeof file>[]) {
  return readHooks(files, 'production').findings.map(({ code, path, hint }) => ({ code, path, hint }))
}

describe('readHooks', () => {
  it('prefers .fairlead to .amezmo and an environment to all of them', () => {
    const paths = [
      '.amezmo/after.pull',
      '.amezmo/production/after.pull',
      '.fairlead/after.pull',
      '.fairlead/production/after.pull',
    ]
    const chosen = paths.map(
      (_, index) =>
        readHooks(
          paths.slice(0, index + 1).map((path) => file(path)),
          'production',
        ).hooks,
    )
    expect(chosen).toEqual(paths.map((path) => [{ event: 'after.pull', path, sha256: `sha of ${path}` }]))
  })

  it('leaves other environments alone, and lists events in the order of the life cycle', () => {
    const files = [
      '.amezmo/rollback/before',
      '.amezmo/staging/after.pull',
      '.amezmo/production/config/after-change',
      '.amezmo/before.pull',
    ]
    expect(
      readHooks(
        files.map((path) => file(path)),
        'production',
      ),
    ).toEqual({
      hooks: [
        { event: 'before.pull', path: '.amezmo/before.pull', sha256: 'sha of .amezmo/before.pull' },
        { event: 'rollback/before', path: '.amezmo/rollback/before', sha256: 'sha of .amezmo/rollback/before' },
        {
          event: 'config/after-change',
          path: '.amezmo/production/config/after-change',
          sha256: 'sha of .amezmo/production/config/after-change',
        },
      ],
      findings: [],
    })
  })

  it('takes after.upload as after.extract, the new name first', () => {
    expect(
      readHooks([file('.amezmo/after.upload')], 'production').hooks.map((hook) => [hook.event, hook.path]),
    ).toEqual([['after.extract', '.amezmo/after.upload']])
    const both = [file('.amezmo/after.upload'), file('.amezmo/after.extract')]
    expect(readHooks(both, 'production').hooks.map((hook) => hook.path)).toEqual(['.amezmo/after.extract'])
  })

  it.each([
    ['.amezmo/config/after.change', '.amezmo/config/after-change'],
    ['.amezmo/config/before.pull', '.amezmo/before.pull'],
    ['.amezmo/after-pull', '.amezmo/after.pull'],
    ['.amezmo/after.pull.sh', '.amezmo/after.pull'],
    ['.amezmo/afterdeploy', '.amezmo/after.deploy'],
    ['.amezmo/deploy.sucess', '.amezmo/deploy.success'],
    ['.fairlead/rollback.before', '.fairlead/rollback/before'],
    ['.amezmo/staging/Before.Deploy', '.amezmo/staging/before.deploy'],
  ])('asks whether %s was meant as %s', (path, meant) => {
    expect(findings(file(path))).toEqual([{ code: 'hook_misnamed', path, hint: `Did you mean ${meant}?` }])
    expect(readHooks([file(path)], 'production').hooks).toEqual([])
  })

  it('says nothing of files that are no hooks', () => {
    expect(
      findings(
        file('.amezmo/README.md'),
        file('.amezmo/lib/functions.sh'),
        file('.amezmo/nginx.conf'),
        file('src/after-pull'),
      ),
    ).toEqual([])
  })

  it('notices line ends and what stands where set -e should', () => {
    const path = '.amezmo/after.pull'
    expect(findings(file(path, '\ufeffset -e\ntrue\n')).map((f) => f.code)).toEqual(['hook_bom'])
    expect(findings(file(path, 'set -e\r\ntrue\r\n')).map((f) => f.code)).toEqual(['hook_crlf'])
    expect(findings(file(path, '#!/bin/bash\nset -e/\ntrue\n')).map((f) => f.code)).toEqual(['hook_set_invalid'])
    expect(findings(file(path, '#!/bin/bash -e\ncd x\ntrue\n')).map((f) => f.code)).toEqual(['hook_without_set_e'])
    for (const good of [
      'set -e\ntrue\n',
      'set -euo pipefail\ntrue\n',
      'set -o errexit\ntrue\n',
      'set -x -e; true\ntrue\n',
      'one command\n',
    ]) {
      expect(findings(file(path, good))).toEqual([])
    }
  })
})
