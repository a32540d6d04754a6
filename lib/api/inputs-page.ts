// Lists that are read page by page from the database.
import { environmentList, soughtText } from './inputs.ts'
import { pageInput } from './operation.ts'

export const environmentPage = environmentList.unwrap().extend({
  ...pageInput,
  name: soughtText
    .optional()
    .describe('`<project>/<environment>`, both as in addresses: the one environment of that name.'),
})
