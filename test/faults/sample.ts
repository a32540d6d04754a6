// The repository that is deployed while things are killed. Its hooks write numbered lines, slowly and in bursts, and put the
// very same bytes into a file of their own on the server: what the panel shows is compared with those.
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { Repository } from '../git/fixtures.ts'

/** Stands in the environment's variables and in what hooks print. */
export const secret = 'fault-secret-ünïcödé-7781'

/** Prints `burst` lines at once and `slow` lines one by one; `$1.<deployment>.<name>` beside the root gets a copy. */
function script(
  name: string,
  { burst = 0, slow = 0, last = '' }: { burst?: number; slow?: number; last?: string },
): string {
  return `set -eu -o pipefail
{
  seq -f '${name} %06g of a burst, ✓ ünïcödé' 1 ${burst}
  for i in $(seq 1 ${slow}); do
    printf '${name} %s \\033[32mgreen\\033[0m \\377\\200 %s\\n' "$i" "$SECRET"
    sleep .02
  done
  printf '${name} ends without a newline'
  ${last}
} | tee -a "$FAIRLEAD_ROOT-said/$FAIRLEAD_DEPLOYMENT.${name.replaceAll('/', '-')}"
`
}

/** Name of a step that is a hook → the file, beside the root, that it writes to as well. */
export function fileOf(step: string): string {
  return step.replaceAll('/', '-').replace(' (panel)', '-panel')
}

const repositoryHooks: Record<string, string> = {
  'before.pull': script('before.pull', { slow: 5 }),
  'after.pull': script('after.pull', { burst: 3_000, slow: 10 }),
  'before.deploy': script('before.deploy', { burst: 50, slow: 5, last: '[ ! -e fail ] || exit 3' }),
  'after.deploy': script('after.deploy', { burst: 200, slow: 8 }),
  'deploy.success': script('deploy.success', { slow: 3 }),
  'deploy.failure': script('deploy.failure', { slow: 5 }),
  'rollback/before': script('rollback/before', { burst: 20, slow: 6 }),
  'rollback/after': script('rollback/after', { slow: 6 }),
  'config/before-change': script('config/before-change', { slow: 6 }),
  'config/after-change': script('config/after-change', { burst: 20, slow: 4 }),
}

/** A hook kept in the panel, of the same event as one of the repository. */
export const panelHook = { event: 'before.deploy', text: script('before.deploy-panel', { slow: 5 }) }

type Sample = {
  repository: Repository
  /** Commits another state of the tree; `fails` = its hook before.deploy ends with 3. Gives path → content hash. */
  commit(fails: boolean): { sha: string; files: Record<string, string> }
}

export function makeSample(path: string): Sample {
  const repository = new Repository(path)
  const files = new Map<string, string>()
  const write = (name: string, text: string, mode?: number): void => {
    repository.write(name, text, mode)
    files.set(name, createHash('sha256').update(text).digest('hex'))
  }
  for (const [event, text] of Object.entries(repositoryHooks)) write(`.fairlead/${event}`, text)
  for (let n = 1; n <= 200; n++) write(`data/${n % 20}/${n}.txt`, `${n}\n`.repeat(n * 20))
  write('bin/run', '#!/bin/sh\n', 0o755)
  let number = 0
  return {
    repository,
    commit(fails) {
      number += 1
      write('index.html', `<h1>${number}</h1>\n`)
      write(`data/${number % 20}/changed.txt`, `${number}\n`.repeat(5_000))
      const gone = `data/${(number + 7) % 20}/changed.txt`
      if (files.delete(gone)) repository.remove(gone)
      if (fails) write('fail', `${number}\n`)
      else if (files.delete('fail')) rmSync(`${repository.path}/fail`)
      return { sha: repository.commit(`commit ${number}`), files: Object.fromEntries(files) }
    },
  }
}
