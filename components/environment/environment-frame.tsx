// What stands above every part of an environment: its name, what is live, what can be done, the way to the other parts.
import Link from 'next/link'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { onHowMany } from '@/lib/format/servers-differ.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { FreezeNotice } from '../freezes/freeze-notice.tsx'
import { LiveRefresh } from '../live-refresh.tsx'
import { PageHeader } from '../page-header.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { RelativeTime } from '../time.tsx'
import { FollowingNotice } from '../triggers/following-notice.tsx'
import { kindWord } from '../deployment/kind-word.ts'
import { DeployButton } from './deploy-button.tsx'
import { FleetNotice } from './fleet-notice.tsx'
import { HoldNotice } from './hold-notice.tsx'
import { RollBackButton } from './roll-back-button.tsx'
import { RollBackSome } from './roll-back-some.tsx'
import type { Tab } from './tab-names.ts'
import { Tabs } from './tabs.tsx'

export function EnvironmentFrame({ environment, tab }: { environment: EnvironmentView; tab: Tab }) {
  return (
    <>
      <title>{`${environment.project} ${environment.name} · Fairlead`}</title>
      <PageHeader
        title={<Name environment={environment} />}
        trail={[
          { href: '/', name: 'Environments' },
          { href: `/projects/${environment.projectId}`, name: environment.project },
        ]}
        below={<Live environment={environment} />}
      >
        <LiveRefresh environment={environment.id} />
        <span className="inline-flex items-center gap-1 empty:hidden">
          <RollBackButton environment={environment} />
          <RollBackSome environment={environment} />
        </span>
        {environment.can.deploy && <DeployButton environment={environment} />}
      </PageHeader>
      <HoldNotice environment={environment} />
      <FreezeNotice environment={environment} />
      <FollowingNotice environment={environment} />
      <FleetNotice environment={environment} />
      <Tabs id={environment.id} current={tab} />
    </>
  )
}

function Name({ environment: { project, name, appDomain } }: { environment: EnvironmentView }) {
  return (
    <>
      {project} <span className="font-normal text-ink-soft">/</span> {name}
      {appDomain && (
        <a
          href={`https://${appDomain}`}
          target="_blank"
          rel="noopener noreferrer"
          title={appDomain}
          className="ml-3 inline-block max-w-[min(20rem,90%)] truncate align-bottom text-sm font-normal tracking-normal text-ink-soft hover:text-ink hover:underline"
        >
          {appDomain}
        </a>
      )}
    </>
  )
}

/** What is live and what is going on, on every tab. */
function Live({ environment: { live, running, last, targets } }: { environment: EnvironmentView }) {
  const shown = running ?? (last?.status === 'failed' ? last : null)
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-ink-soft">
      {live ? (
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <StatusBadge status="active" word={`Release ${live.number} is live${onHowMany(live.number, targets)}`} />
          <span className="line-clamp-2 min-w-0 text-ink" title={live.subject}>
            {live.subject}
          </span>
          <code className="font-mono text-xs" title={live.revision}>
            {shortSha(live.revision)}
          </code>
          <span className="text-xs">
            {live.author}
            {live.liveAt && (
              <>
                , since <RelativeTime at={live.liveAt} />
              </>
            )}
          </span>
        </span>
      ) : (
        <span>Nothing is live yet</span>
      )}
      {shown && (
        <Link href={`/deployments/${shown.id}`} className="flex items-center gap-2 hover:underline">
          <StatusBadge status={shown.status} /> {kindWord(shown.kind)} {shown.number}
        </Link>
      )}
    </div>
  )
}
