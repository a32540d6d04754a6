// Takes the lock named by its argument, says so, and holds it until it is ended.
import { once } from 'node:events'
import { withLock } from '../../lib/git/lock.ts'

await withLock(process.argv[2] ?? '', async () => {
  process.stdout.write('held\n')
  await once(process.stdin.resume(), 'end')
})
