// Lists that are read page by page from the database.
import { z } from 'zod'
import { environmentList } from './inputs.ts'
import { pageInput } from './operation.ts'

export const environmentPage = environmentList.unwrap().extend({
  ...pageInput,
  name: z
    .string()
    .max(200)
    .optional()
    .describe('`<project>/<environment>`, both as in addresses: the one environment of that name.'),
})
