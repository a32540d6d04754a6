// Opens every file that it may, then asks for HEAD of the repository it was given: `refused` before there is room again, its SHA after.
import { closeSync, openSync } from 'node:fs'
import { openObjects } from '../../lib/git/objects.ts'

const gitDir = process.argv[2] ?? ''
const objects = openObjects(gitDir, { PATH: process.env.PATH ?? '', GIT_DIR: gitDir })
const opened: number[] = []
try {
  for (;;) opened.push(openSync('/dev/null', 'r'))
} catch {
  await objects.look('HEAD').catch(() => process.stdout.write('refused\n'))
}
for (const file of opened) closeSync(file)
process.stdout.write(`${(await objects.look('HEAD'))?.sha ?? 'nothing'}\n`)
process.exit()
