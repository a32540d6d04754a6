// A line of a given length in front of a TCP server: node delay.mjs <target port> <one-way ms>; prints its own port. A process
// of its own, so that what is measured doesn't wait for it. Bytes keep their order; only their time is shifted.
import { connect, createServer } from 'node:net'

const [target, oneWayMs] = process.argv.slice(2).map(Number)

function carry(from, to) {
  let queue = Promise.resolve()
  from.on('data', (bytes) => {
    const due = performance.now() + oneWayMs
    queue = queue.then(async () => {
      const wait = due - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      to.write(bytes)
    })
  })
  from.on('end', () => void queue.then(() => to.end()))
  from.on('error', () => to.destroy())
  from.on('close', () => void queue.then(() => to.destroy()))
}

const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
  const far = connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  carry(near, far)
  carry(far, near)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', () => process.exit(0))
