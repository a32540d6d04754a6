import { CloneForm } from '@/components/environment/clone-form.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { cardStyle } from '@/components/style.ts'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { listServerChoices } from '@/lib/panel/servers.ts'
import { demandPage, load } from '@/lib/web/page.ts'

export default async function ClonePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const [environment, servers] = await Promise.all([load(getEnvironment, { id }), load(listServerChoices, {})])
  await demandPage('configure', environment.projectId)
  const name = `${environment.project} / ${environment.name}`
  return (
    <div className="mx-auto max-w-2xl">
      <title>{`Clone ${name} · Fairlead`}</title>
      <PageHeader
        title={`Clone ${environment.name}`}
        trail={[
          { href: '/', name: 'Environments' },
          { href: `/environments/${id}`, name },
        ]}
        below={
          <p className="mt-1 text-ink-soft">
            Settings, ready-made steps and the panel’s hooks come along; releases and history don’t. Nothing on a server
            is touched.
          </p>
        }
      />
      <div className={`${cardStyle} p-5`}>
        <CloneForm environment={environment} servers={servers} />
      </div>
    </div>
  )
}
