import { describe, expect, it } from 'vitest'
import { contentFindings, pointerFindings } from '../../lib/spec/contents.ts'

const file = (path: string, text: string) => ({ path, bytes: new TextEncoder().encode(text), sha256: '' })

describe('contentFindings', () => {
  it('names each submodule', () => {
    const modules = '[submodule "a"]\n\tpath = lib/a b\n\turl = https://x\n[submodule "c"]\n\tpath = c\n'
    expect(contentFindings([file('.gitmodules', modules)]).map((one) => [one.code, one.message])).toEqual([
      ['submodule_empty', 'lib/a b is a submodule: it is deployed as an empty directory.'],
      ['submodule_empty', 'c is a submodule: it is deployed as an empty directory.'],
    ])
  })

  it('says nothing of other files', () => {
    expect(contentFindings([file('README.md', '[submodule "a"]\n\tpath = a\n')])).toEqual([])
  })
})

describe('pointerFindings', () => {
  it('counts what is shipped as pointers, and names the first of them', () => {
    const messages = (paths: string[], subdirectory = '') =>
      pointerFindings(paths, subdirectory).map(({ code, path, message }) => [code, path, message])
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
