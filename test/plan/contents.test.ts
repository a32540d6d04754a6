import { describe, expect, it } from 'vitest'
import { emptyFindings, pointerFindings } from '../../lib/spec/contents.ts'
import { noOptions } from '../../lib/spec/options.ts'

const options = { ...noOptions, submodules: false, lfs: false }

describe('emptyFindings', () => {
  it('names each submodule that is left empty, and what to do', () => {
    const empty = emptyFindings(['lib/a b', 'c'], options)
    expect(empty.map((one) => [one.code, one.message])).toEqual([
      ['submodule_empty', 'lib/a b is a submodule: it is deployed as an empty directory.'],
      ['submodule_empty', 'c is a submodule: it is deployed as an empty directory.'],
    ])
    expect(empty[0]!.hint).toContain('Switch submodules on')
    expect(emptyFindings(['c'], noOptions)[0]!.hint).toContain('.gitmodules has no address')
    expect(emptyFindings(['web/c', 'website'], { ...options, subdirectory: 'web' }).map(({ path }) => path)).toEqual([
      'web/c',
    ])
  })
})

describe('pointerFindings', () => {
  it('counts what is shipped as pointers, and names the first of them', () => {
    const messages = (paths: string[], subdirectory = '') =>
      pointerFindings(paths, { ...options, subdirectory }).map(({ code, path, message }) => [code, path, message])
    expect(messages([])).toEqual([])
    expect(messages(['a.psd'])).toEqual([
      ['lfs_pointers', 'a.psd', 'This file is shipped as a pointer of Git LFS, without its contents: a.psd.'],
    ])
    expect(messages(['a', 'b', 'c', 'd', 'e'])).toEqual([
      [
        'lfs_pointers',
        'a',
        'These 5 files are shipped as pointers of Git LFS, without their contents: a, b, c and 2 more.',
      ],
    ])
    expect(messages(['web.psd', 'web/a.psd'], 'web').map(([, path]) => path)).toEqual(['web/a.psd'])
    expect(messages(['api/a.psd'], 'web')).toEqual([])
  })
})
