// `fairlead`: deploys from a terminal or a script, over the panel's API. `fairlead admin` works on the panel's own database.
import { startProgram } from './program.ts'

startProgram(async (args, env, streams) => {
  // Needs the database and everything below it; commands over HTTP start without.
  const { admin } = await import('./admin.ts')
  return admin(args, env, streams)
})
