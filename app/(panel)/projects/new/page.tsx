import type { Metadata } from 'next'
import { PageHeader } from '@/components/page-header.tsx'
import { ProjectForm } from '@/components/project/project-form.tsx'
import { cardStyle } from '@/components/style.ts'
import { demandPage } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Add a project' }

export default async function NewProjectPage() {
  await demandPage('configure', null)
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="Add a project" trail={[{ href: '/', name: 'Environments' }]} />
      <div className={`${cardStyle} p-5`}>
        <ProjectForm next="/environments/new?project=:id" />
      </div>
    </div>
  )
}
