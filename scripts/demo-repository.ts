// The sample repository of the demo: a bare one on this disk, with one page and hooks that have something to say.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const files: Record<string, string> = {
  'index.html': `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Sample</title>
  <link rel="stylesheet" href="style.css">
  <h1>Hello from the first release</h1>
  <p>Change this line, commit, push, and press <em>Deploy</em>.</p>
</html>
`,
  'style.css': `body { font: 18px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem }
h1 { color: #0f766e }
`,
  '.amezmo/after.pull': `set -e
echo "This is revision $(cat REVISION)"
for file in index.html style.css; do
  printf '\\033[32m✓\\033[0m %s is here (%s bytes)\\n' "$file" "$(wc -c < "$file")"
done
`,
  '.amezmo/before.deploy': `set -e
echo "Checking the page before it goes live …"
grep -q '<h1>' index.html
printf '<p><small>Built on %s</small></p>\\n' "$(date -u '+%Y-%m-%d %H:%M:%S UTC')" >> index.html
echo "Done."
`,
  '.amezmo/after.deploy': `echo "The new page is live: $(readlink -f .)"
`,
}

/** Makes the bare repository at `path` with one commit on `main`, unless it is there. */
export async function ensureRepository(path: string): Promise<void> {
  if (existsSync(path)) return
  const work = await mkdtemp(join(tmpdir(), 'fairlead-sample-'))
  const git = (...args: string[]): Promise<unknown> =>
    run(
      'git',
      ['-c', 'user.name=Fairlead demo', '-c', 'user.email=demo@example.org', '-c', 'commit.gpgsign=false', ...args],
      { cwd: work },
    )
  try {
    await git('init', '--quiet', '--initial-branch=main')
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(work, name)), { recursive: true })
      await writeFile(join(work, name), text)
      if (name.startsWith('.amezmo/')) await chmod(join(work, name), 0o755)
    }
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'A page to begin with')
    await mkdir(dirname(path), { recursive: true })
    // Whole or not at all, so that a demo that was ended here begins anew.
    await git('clone', '--quiet', '--bare', work, `${path}.new`)
    await rename(`${path}.new`, path)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
