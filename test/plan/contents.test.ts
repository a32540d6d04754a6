import { describe, expect, it } from 'vitest'
import { contentFindings } from '../../lib/spec/contents.ts'

const file = (path: string, text: string) => ({ path, bytes: new TextEncoder().encode(text), sha256: '' })

describe('contentFindings', () => {
  it('names each submodule, and says that LFS files are pointers', () => {
    const modules = '[submodule "a"]\n\tpath = lib/a b\n\turl = https://x\n[submodule "c"]\n\tpath = c\n'
    const attributes = '*.txt text\n*.psd filter=lfs diff=lfs merge=lfs -text\n'
    expect(
      contentFindings([file('.gitmodules', modules), file('.gitattributes', attributes)]).map((one) => [
        one.code,
        one.message,
      ]),
    ).toEqual([
      ['submodule_empty', 'lib/a b is a submodule: it is deployed as an empty directory.'],
      ['submodule_empty', 'c is a submodule: it is deployed as an empty directory.'],
      ['lfs_pointers', 'Files kept by Git LFS are deployed as their pointers, not their contents.'],
    ])
  })

  it('says nothing of attributes without LFS, of comments, or of other files', () => {
    const quiet = [
      file('.gitattributes', '# *.psd filter=lfs\n*.c filter=indent\n'),
      file('README.md', 'x filter=lfs\n'),
    ]
    expect(contentFindings(quiet)).toEqual([])
  })
})
