import { expect, it } from 'vitest'
import { readShared, writeShared } from '../../lib/spec/shared-text.ts'

it('puts paths into storage unless they say where they are kept, and writes them back as they were', () => {
  const text = 'storage\nstorage/app\npublic/uploads\nconfig/key.json = secrets/key.json'
  const list = readShared(`${text}\n\n`, 'folder')
  expect(list.map(({ source }) => source)).toEqual([
    'storage',
    'storage/app',
    'storage/public/uploads',
    'secrets/key.json',
  ])
  expect(writeShared(list, 'folder')).toBe(text)
  expect(writeShared(list, 'file')).toBe('')
})
