// Lists that are read page by page from the database.
import { z } from 'zod'
import { environmentList, soughtText } from './inputs.ts'
import { pageInput } from './operation.ts'

export const environmentPage = environmentList.unwrap().extend({
  ...pageInput,
  name: soughtText
    .optional()
    .describe('`<project>/<environment>`, both as in addresses: the one environment of that name.'),
})

/** The cursor is the id of a server. */
export const serverPage = z.object({ ...pageInput, cursor: z.uuid('Not the cursor of a page.').optional() })
