import { expect, test } from 'vitest'
import type { Plan } from '@/lib/deploy/types.ts'
import { openPlace } from './place.ts'

test('what a tree will lack, and what looks wrong about a hook, is found before it is deployed', async () => {
  const place = await openPlace()
  try {
    await place.worker()
    const { id, repository } = await place.environment()
    repository.write('.gitmodules', '[submodule "lib"]\n\tpath = lib\n\turl = https://example.org/lib\n')
    repository.write('.gitattributes', '*.psd filter=lfs\n')
    repository.write('.amezmo/after-pull', 'echo never runs\n')
    repository.commit('first')
    const { id: deployment } = await place.request(id)
    expect(await place.finished(deployment)).toMatchObject({ status: 'succeeded' })
    const { plan } = await place.db.prisma.deployment.findUniqueOrThrow({ where: { id: deployment } })
    expect((plan as Plan).findings.map(({ code }) => code)).toEqual([
      'hook_misnamed',
      'lfs_pointers',
      'submodule_empty',
    ])
  } finally {
    await place.close()
  }
})
