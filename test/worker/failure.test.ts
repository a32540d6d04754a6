import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { PanelError } from '@/lib/errors.ts'
import { failureBefore } from '@/lib/worker/failure.ts'

test('a panel whose disk is full says so', async () => {
  const full = await writeFile('/dev/full', 'x').catch((error: unknown) => error)
  expect(failureBefore(full)).toEqual({ code: 'disk_full', message: expect.stringContaining('of the panel') })
})

test('what is for people is told to them, anything else is thrown on', () => {
  expect(failureBefore(new PanelError('not_found', 'No such branch.'))).toEqual({
    code: 'source_not_found',
    message: 'No such branch.',
  })
  const bug = new TypeError('x is undefined')
  expect(() => failureBefore(bug)).toThrow(bug)
})
