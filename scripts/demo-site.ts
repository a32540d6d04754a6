// Serves the files of one folder on loopback, as the web server of the demo's sandbox. The folder is looked up anew for each
// request, so the switch of a link is seen at once.
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, sep } from 'node:path'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
}

/** `folder` may be a link, and may be missing. Rejects with the listening error. */
export async function serveFolder(folder: string, port: number): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const refuse = (): void =>
      void response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing is here yet.\n')
    const serve = async (): Promise<void> => {
      const release = await realpath(folder)
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      const path = await realpath(
        join(release, decodeURIComponent(pathname), pathname.endsWith('/') ? 'index.html' : ''),
      )
      // Neither links nor dots lead out of the release; its hidden files (.env) are nobody's business.
      if (
        !path.startsWith(release + sep) ||
        path.slice(release.length).includes(`${sep}.`) ||
        !(await stat(path)).isFile()
      )
        return refuse()
      const headers = {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'cache-control': 'no-store',
      }
      createReadStream(path)
        .on('error', () => response.destroy())
        .pipe(response.writeHead(200, headers))
    }
    serve().catch(refuse)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as { port: number }).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
