// Loaded first in each child of `npm start`: when the parent is gone, even by SIGKILL, the child goes too, and its port with it.
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), 25_000).unref()
})
// Listening alone must not keep a child alive that has finished.
process.channel?.unref()
