import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Mirror } from '../../lib/deploy/types.ts'
import { openMirrors } from '../../lib/git/mirrors.ts'
import { Repository, temporaryFolder } from './fixtures.ts'

const folder = temporaryFolder()
const repository = new Repository(join(folder, 'repository'))
let mirror: Mirror
beforeAll(async () => {
  const mirrors = await openMirrors({ folder: join(folder, 'mirrors'), localPrefixes: [`${folder}/`] })
  mirror = await mirrors.open({ id: 'one', url: repository.path, access: { kind: 'none' } })
})
afterAll(() => rmSync(folder, { recursive: true }))

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123456\n`

async function pointers(): Promise<string[]> {
  const sha = repository.commit('now')
  await mirror.fetch()
  const change = await mirror.change(null, sha)
  await change.dispose()
  return change.pointers.sort()
}

it('finds the files that are pointers, by what they hold and where attributes speak of LFS', async () => {
  for (const path of ['a.psd', 'art/b.psd', 'art/raw/c', 'data/[x].bin', 'data/ü.bin', 'notes.txt'])
    repository.write(path, pointer)
  repository.write('real.psd', 'drawn')
  repository.write('large.psd', `${pointer}${'x'.repeat(2000)}`)
  expect(await pointers()).toEqual([])
  repository.write(
    '.gitattributes',
    '# *.txt filter=lfs\n*.txt filter=indent\n*.psd filter=lfs diff=lfs merge=lfs -text\n',
  )
  expect(await pointers()).toEqual(['a.psd', 'art/b.psd'])
  repository.write('art/.gitattributes', '/raw/** filter=lfs -text\n')
  expect(await pointers()).toEqual(['a.psd', 'art/b.psd', 'art/raw/c'])
  repository.write('data/.gitattributes', '"[[]x].bin" filter=lfs -text\n*.bin filter=lfs\n')
  expect(await pointers()).toEqual(['a.psd', 'art/b.psd', 'art/raw/c', 'data/[x].bin', 'data/ü.bin'])
})
