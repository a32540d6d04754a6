import { EnvironmentFrame } from '@/components/environment/environment-frame.tsx'
import { ServerLogs } from '@/components/server-logs/server-logs.tsx'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { load } from '@/lib/web/page.ts'

export default async function LogsPage({ params }: { params: Promise<{ id: string }> }) {
  const environment = await load(getEnvironment, { id: (await params).id })
  return (
    <>
      <EnvironmentFrame environment={environment} tab="logs" />
      <ServerLogs environmentId={environment.id} />
    </>
  )
}
