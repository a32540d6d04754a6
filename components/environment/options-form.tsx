'use client'
// Ready-made steps and what of the repository is deployed: the options of an environment.
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { updateEnvironment } from '@/app/actions/environments.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { readShared, writeShared } from '@/lib/spec/shared-text.ts'
import { Field, SelectField, TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'
import { HealthFields, readHealthCheck } from './options-health.tsx'
import { ReadinessFields, readReadiness } from './options-readiness.tsx'
import { readRestarts, RestartFields } from './options-restarts.tsx'
import { readStrategy, StrategyFields } from './options-strategy.tsx'

type Options = EnvironmentView['options']

const switches = {
  composer: 'Composer install, where there is a composer.json',
  migrations: 'artisan migrate, where there is an artisan',
  nodePackages: 'npm, pnpm or Yarn, where there is a lock file',
} as const

const contents = {
  submodules: 'Files of submodules, each at the commit that the repository names',
  lfs: 'Files that Git LFS keeps, in place of their pointers',
} as const

const ways = {
  off: 'made anew by each deployment',
  seed: 'copied from the live release first',
  link: 'one directory for all releases (changes what is live)',
} as const

/** Said to those who may only look how an environment is set up. */
export const readersWord = 'Admins of the project change this.'

export function OptionsForm({ environment: { id, options, targets, can } }: { environment: EnvironmentView }) {
  const router = useRouter()
  const { subdirectory, shared, caches, restarts, readiness, healthCheck } = options
  return (
    <section id="steps" className={`${cardStyle} grid scroll-mt-4 gap-4 p-5`}>
      <h2 className="font-semibold">Ready-made steps</h2>
      <Form
        label="Ready-made steps"
        onlyToRead={can.configure ? undefined : readersWord}
        act={updateEnvironment}
        read={(data) => ({ id, options: readOptions(data, options.strategy) })}
        done={() => {
          toast.success('Saved. It counts from the next deployment on.')
          router.refresh()
        }}
        className="grid gap-6"
      >
        <RestartFields restarts={restarts} />
        <ReadinessFields checks={readiness} />
        <HealthFields check={healthCheck} />
        {targets.length > 1 && (
          <StrategyFields strategy={options.strategy} servers={targets.map(({ server }) => server)} />
        )}
        <fieldset className="grid gap-2">
          <legend className="mb-2 font-semibold">Before the hook after.pull</legend>
          {Object.entries(switches).map(([name, word]) => (
            <label key={name} className="flex items-center gap-2">
              <input
                type="checkbox"
                name={name}
                defaultChecked={options[name as keyof typeof switches] === 'detected'}
                className="accent-(--accent)"
              />
              {word}
            </label>
          ))}
          <div className="mt-1 grid gap-3 sm:grid-cols-2">
            {(['node_modules', 'vendor'] as const).map((name) => (
              <SelectField key={name} name={name} label={name} defaultValue={caches[name]}>
                {Object.entries(ways).map(([value, word]) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </SelectField>
            ))}
          </div>
        </fieldset>
        <fieldset className="grid gap-3">
          <legend className="mb-2 font-semibold">Files</legend>
          <div className="grid gap-2">
            {Object.entries(contents).map(([name, word]) => (
              <label key={name} className="flex items-center gap-2">
                <input
                  type="checkbox"
                  name={name}
                  defaultChecked={options[name as keyof typeof contents]}
                  className="accent-(--accent)"
                />
                {word}
              </label>
            ))}
          </div>
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              name="options.shared"
              label="Folders that all releases share"
              rows={3}
              defaultValue={writeShared(shared, 'folder')}
              placeholder="storage"
              hint="One a line; kept in storage/ of the root, or as “public/uploads = storage/uploads” says."
            />
            <TextField
              name="sharedFiles"
              label="Files that all releases share"
              rows={3}
              defaultValue={writeShared(shared, 'file')}
              placeholder="config/key.json"
            />
          </div>
          <Field
            name="options.subdirectory"
            label="Directory of the repository"
            defaultValue={subdirectory}
            placeholder="all of it"
            autoCapitalize="none"
            hint="Only this directory becomes the release; its hooks are read there."
          />
        </fieldset>
        <div>
          <SubmitButton busyText="Saving…">Save the steps</SubmitButton>
        </div>
      </Form>
    </section>
  )
}

/** `strategy` stays as it is where there is but one server. */
function readOptions(data: FormData, strategy: Options['strategy']): Options {
  const text = (name: string): string => String(data.get(name)).replaceAll('\r\n', '\n').trim()
  const detected = (name: keyof typeof switches) => (data.get(name) === 'on' ? 'detected' : 'off')
  const cache = (name: keyof Options['caches']) => data.get(name) as Options['caches'][typeof name]
  return {
    subdirectory: text('options.subdirectory'),
    submodules: data.get('submodules') === 'on',
    lfs: data.get('lfs') === 'on',
    shared: [...readShared(text('options.shared'), 'folder'), ...readShared(text('sharedFiles'), 'file')],
    caches: { node_modules: cache('node_modules'), vendor: cache('vendor') },
    composer: detected('composer'),
    migrations: detected('migrations'),
    nodePackages: detected('nodePackages'),
    restarts: readRestarts(data),
    healthCheck: readHealthCheck(data),
    readiness: readReadiness(data),
    strategy: readStrategy(data, strategy),
  }
}
