import { expect, test } from 'vitest'
import type { Plan } from '@/lib/deploy/types.ts'
import { join } from 'node:path'
import { Repository } from '../git/fixtures.ts'
import { openPlace } from './place.ts'

test('what a tree will lack, and what looks wrong about a hook, is found before it is deployed', async () => {
  const place = await openPlace()
  try {
    await place.worker()
    const { id, repository } = await place.environment({ options: { submodules: false, lfs: false } })
    new Repository(join(repository.path, 'lib')).commit('of the submodule')
    repository.write('.gitattributes', '*.psd filter=lfs diff=lfs merge=lfs -text\n')
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123456\n`
    for (const name of ['logo.psd', 'art/box.psd']) repository.write(name, pointer)
    repository.write('.amezmo/after-pull', 'echo never runs\n')
    repository.commit('first')
    const { id: deployment } = await place.request(id)
    expect(await place.finished(deployment)).toMatchObject({ status: 'succeeded' })
    const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: deployment } })
    expect((plan as Plan).findings.map(({ code }) => code)).toEqual([
      'hook_misnamed',
      'submodule_empty',
      'lfs_pointers',
    ])
    expect((plan as Plan).findings.at(-1)?.message).toMatch(
      /^These 2 files are shipped as pointers .*: art\/box.psd, logo.psd\.$/,
    )
  } finally {
    await place.close()
  }
})
