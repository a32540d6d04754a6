import { followingOperations } from '@/lib/api/register/following.ts'
import { followAgain } from '@/lib/panel/following.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(followingOperations.followAgain, followAgain)
