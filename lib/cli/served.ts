// `fairlead` as the panel hands it out: one file for pipelines, which reach the panel over HTTP alone.
import { exits, Stop } from './exit.ts'
import { startProgram } from './program.ts'

startProgram(() => {
  throw new Stop(exits.usage, '“fairlead admin” works on the panel’s own machine only.')
})
