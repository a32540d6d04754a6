import { expect } from 'vitest'

/** A PanelError `invalid` whose first problem is about `path`. */
export function refusedWith(path: string): unknown {
  return expect.objectContaining({
    code: 'invalid',
    details: expect.objectContaining({ problems: [expect.objectContaining({ path })] }),
  })
}
