import { register } from '@/lib/api/register.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(register.Token.readActor, (_ctx, actor) => Promise.resolve({ actor }))
