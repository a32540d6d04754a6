import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { SignInForm } from '@/components/sign-in-form.tsx'
import { Threshold } from '@/components/threshold.tsx'
import { isSetUp } from '@/lib/panel/setup.ts'
import { context } from '@/lib/web/context.ts'
import { actorOrNull } from '@/lib/web/who.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string }> }) {
  if (await actorOrNull()) redirect('/')
  if (!(await isSetUp(context()))) redirect('/setup')
  const { next } = await searchParams
  return (
    <Threshold title="Sign in">
      <SignInForm next={typeof next === 'string' ? next : '/'} />
    </Threshold>
  )
}
