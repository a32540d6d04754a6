// Says on the console where the panel is and, while it has no owner, the one link that makes one. A program of its own, so that
// the parent of a panel, which lives as long as it does, needs nothing of what talks to the database.
import { openContext } from '../lib/panel/context.ts'
import { isSetUp, makeSetupToken } from '../lib/panel/setup.ts'
import { readSettings } from '../lib/settings.ts'

const [url = ''] = process.argv.slice(2)
const context = openContext(readSettings(process.env))
console.log(`\n  Fairlead runs at ${url}`)
if (!(await isSetUp(context)))
  console.log(
    `  Make the owner's account there, once, with this link:\n  ${url}/setup?token=${await makeSetupToken(context)}`,
  )
console.log('')
await context.db.close()
