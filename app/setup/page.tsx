import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { OwnerForm } from '@/components/owner-form.tsx'
import { Threshold } from '@/components/threshold.tsx'
import { isSetUp } from '@/lib/panel/setup.ts'
import { context } from '@/lib/web/context.ts'

export const metadata: Metadata = { title: 'Set up' }

export default async function SetupPage({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  // Once there is an owner this page is gone for good, whatever token comes with it.
  if (await isSetUp(context())) redirect('/')
  const { token } = await searchParams
  return (
    <Threshold title="Create the owner">
      <OwnerForm token={typeof token === 'string' ? token : ''} />
    </Threshold>
  )
}
