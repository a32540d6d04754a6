// Visitors of web servers on this machine: node visitors.mjs <connections to each> <path> <port> …; they ask again a moment after they
// were answered, over connections that stay, until stdin ends. A process of its own, so that it doesn’t wait for what it watches.
// Prints {"requests", "failures", "failed", "answers": {body: count}}; the first failures are told in words.
import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** What is watched needs the processor, too. */
const pauseMs = 5
const [connections, path, ...ports] = process.argv.slice(2)
const seen = { requests: 0, failures: 0, failed: [], answers: {} }
let isOver = false
process.stdin.resume().on('end', () => (isOver = true))

function ask(port, agent) {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, agent, timeout: 60_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text) => (body += text))
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`${response.statusCode}`)),
      )
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', reject)
  })
}

/** Those who haven't been answered yet. */
const visitors = new Set()

async function visit(port) {
  const visitor = {}
  visitors.add(visitor)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  while (!isOver) {
    seen.requests += 1
    try {
      const body = (await ask(port, agent)).trim()
      seen.answers[body] = (seen.answers[body] ?? 0) + 1
    } catch (error) {
      if (++seen.failures === 1) console.log('first failure')
      if (seen.failed.length < 10) seen.failed.push(`${port}: ${error.message}`)
    }
    if (visitors.delete(visitor) && visitors.size === 0) console.log('all have visited')
    await delay(pauseMs)
  }
  agent.destroy()
}

await Promise.all(ports.flatMap((port) => Array.from({ length: Number(connections) }, () => visit(port))))
console.log(JSON.stringify(seen))
process.exit(0)
