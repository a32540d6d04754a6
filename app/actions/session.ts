'use server'
import { closeSession, openSession } from '@/lib/web/sign-in.ts'

export const signIn = openSession
export const signOut = closeSession
