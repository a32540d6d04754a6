// The life cycle as the pipeline draws it: what Fairlead does, what hooks may do, and the ready-made steps that the options add.
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { LifecycleEvent } from '@/lib/deploy/types.ts'
import { healthCheckStep, restartSteps } from '@/lib/spec/presets.ts'
import { addressOf, isOfPanel } from '@/lib/spec/readiness.ts'

type Options = EnvironmentView['options']
/** `stops`: whether a failure stops the run, of a hook unless the hook says otherwise. `fate`: what a failure does, in words. */
export type Stop =
  { event: LifecycleEvent; stops: boolean } | { does: string } | { ours: string; about: string; fate: string }
export type Way = { title: string; about: string; stops: Stop[] }

const stops = 'a failure stops the deployment'
const undoes = 'a failure puts back what was live before'
const ignored = 'a failure is shown and ignored'

export function lifeCycle(options: Options): Way[] {
  const again = restarts(options)
  const health = healthChecks(options)
  const isLast = options.healthCheck?.onFailure !== 'rollback'
  return [
    {
      title: 'Deploy',
      about:
        'A new release is made beside the live one; visitors see it only after the switch. The two traffic hooks tell what sends ' +
        'them here, a load balancer say, to leave the server out meanwhile; they run around every switch, also on the way back.',
      stops: [
        { does: 'Check the server: room, rights, what is live' },
        { event: 'before.pull', stops: false },
        { does: `Bring the files of the commit, make the release${only(options)}, write its variables` },
        ...preparations(options),
        { event: 'after.pull', stops: true },
        { does: 'Set permissions' },
        { event: 'before.deploy', stops: true },
        ...ready(options, 'before'),
        { does: 'Mark the release complete' },
        { event: 'traffic.out', stops: true },
        { does: 'Switch “current” to it' },
        { event: 'after.deploy', stops: false },
        ...again,
        ...ready(options, 'after'),
        { event: 'traffic.in', stops: true },
        ...(isLast ? [] : health),
        { event: 'deploy.success', stops: false },
        ...(isLast ? health : []),
        { does: 'Remove the oldest releases' },
      ],
    },
    {
      title: 'When a deployment fails',
      about:
        again.length > 0
          ? 'The live release stays, or is put back, and then the restarts run again.'
          : 'The live release stays as it was.',
      stops: [{ event: 'deploy.failure', stops: false }],
    },
    {
      title: 'Activate or roll back',
      about: 'An earlier release becomes live again, with the variables it had.',
      stops: [
        { event: 'rollback/before', stops: true },
        { does: 'Verify the release, switch “current” to it' },
        ...again,
        ...ready(options, 'after'),
        { event: 'rollback/after', stops: false },
      ],
    },
    {
      title: 'Change variables of the live release',
      about: 'The new file is put in place by one rename.',
      stops: [
        { event: 'config/before-change', stops: true },
        { does: 'Replace .env' },
        { event: 'config/after-change', stops: false },
        ...again,
      ],
    },
  ]
}

const only = ({ subdirectory }: Options): string => (subdirectory === '' ? '' : ` of ${subdirectory}`)

function preparations({ shared, caches, composer, migrations, nodePackages }: Options): Stop[] {
  const cached = (['node_modules', 'vendor'] as const).flatMap((name): Stop[] => {
    if (caches[name] === 'off') return []
    const isLink = caches[name] === 'link'
    const about = isLink ? 'one directory for all releases' : 'from the live release, if it has one'
    return [{ ours: `${isLink ? 'link' : 'copy'} ${name}`, about, fate: isLink ? stops : ignored }]
  })
  return [
    ...(shared.length > 0
      ? [{ ours: 'shared paths', about: shared.map(({ path }) => path).join(', '), fate: stops }]
      : []),
    ...cached,
    ...(composer === 'detected'
      ? [{ ours: 'composer install', about: 'where there is a composer.json', fate: stops }]
      : []),
    ...(migrations === 'detected'
      ? [{ ours: 'artisan migrate', about: 'where there is an artisan', fate: stops }]
      : []),
    ...(nodePackages === 'detected'
      ? [{ ours: 'packages of Node', about: 'npm, pnpm or Yarn, where there is a lock file', fate: stops }]
      : []),
  ]
}

function restarts(options: Options): Stop[] {
  return restartSteps(options).map(({ name, user, failure }) => ({
    ours: name,
    about: user === null ? '' : `as ${user}`,
    fate: failure === 'stops' ? undoes : ignored,
  }))
}

/** What the panel asks comes after what the server asks. */
function ready({ readiness }: Options, when: 'before' | 'after'): Stop[] {
  const asked = readiness.filter((check) => check.when === when)
  return [...asked.filter((check) => !isOfPanel(check)), ...asked.filter(isOfPanel)].map((check) => ({
    ours: `ready: ${check.name}`,
    about: check.kind === 'exec' ? 'a command' : isOfPanel(check) ? `asked by the panel` : addressOf(check),
    fate: check.onFailure === 'notify' ? ignored : when === 'before' ? stops : undoes,
  }))
}

function healthChecks(options: Options): Stop[] {
  const step = healthCheckStep(options)
  return step
    ? [{ ours: step.name, about: options.healthCheck?.url ?? '', fate: step.failure === 'stops' ? undoes : ignored }]
    : []
}
