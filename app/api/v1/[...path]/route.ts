import { z } from 'zod'
import { PanelError } from '@/lib/errors.ts'
import { route } from '@/lib/web/route.ts'

/** Every address that is none of the API's: said in JSON, and only to those who may ask. */
const nowhere = route(z.object({}), () => Promise.reject(new PanelError('not_found', 'The API has no such address.')))

export { nowhere as DELETE, nowhere as GET, nowhere as PATCH, nowhere as POST, nowhere as PUT }
