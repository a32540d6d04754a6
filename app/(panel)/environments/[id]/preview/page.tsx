import { PreviewScreen, type Wanted } from '@/components/environment/preview-screen.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { buttonStyle, fieldStyle } from '@/components/style.ts'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { demandPage, load } from '@/lib/web/page.ts'

type PageProps = {
  params: Promise<{ id: string }>
  searchParams: Promise<{ ref?: string; release?: string; variables?: string; files?: string; servers?: string }>
}

export default async function PreviewPage({ params, searchParams }: PageProps) {
  const [{ id }, { ref, release, variables, files, servers }] = [await params, await searchParams]
  const environment = await load(getEnvironment, { id })
  await demandPage('deploy', environment.projectId)
  const name = `${environment.project} / ${environment.name}`
  const wanted: Wanted = release
    ? { release: Number(release) }
    : variables
      ? { variables: Number(variables) }
      : files
        ? { files: 'newest' }
        : { ref: ref || environment.branch }
  return (
    <>
      <title>{`Plan · ${environment.project} ${environment.name} · Fairlead`}</title>
      <PageHeader
        title={titleOf(wanted)}
        trail={[
          { href: '/', name: 'Environments' },
          { href: `/environments/${id}`, name },
        ]}
      >
        {'ref' in wanted && (
          <form className="flex items-end gap-2" aria-label="What to plan">
            <label className="grid gap-1">
              <span className="sr-only">Branch, tag or commit</span>
              <input
                name="ref"
                defaultValue={wanted.ref}
                autoComplete="off"
                autoCapitalize="none"
                className={`${fieldStyle} font-mono text-xs`}
              />
            </label>
            {servers && <input type="hidden" name="servers" value={servers} />}
            <button type="submit" className={buttonStyle.plain}>
              Plan this
            </button>
          </form>
        )}
      </PageHeader>
      <PreviewScreen environment={environment} wanted={wanted} servers={servers} />
    </>
  )
}

function titleOf(wanted: Wanted): string {
  if ('ref' in wanted) return 'Plan of a deployment'
  if ('files' in wanted) return 'Plan: apply files'
  return 'release' in wanted ? `Plan: put release ${wanted.release} live` : `Plan: apply set ${wanted.variables}`
}
