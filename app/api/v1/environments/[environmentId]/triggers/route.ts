import { followingOperations } from '@/lib/api/register/following.ts'
import { readFollowing, saveTriggers } from '@/lib/panel/following.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(followingOperations.readFollowing, readFollowing)
export const PUT = operation(followingOperations.saveTriggers, saveTriggers)
