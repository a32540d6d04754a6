'use client'
import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { toast } from 'sonner'
import { saveTriggers } from '@/app/actions/following.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { Triggers } from '@/lib/spec/triggers.ts'
import { readersWord } from '../environment/options-form.tsx'
import { Field, TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'

const at = (field: keyof Triggers): string => `triggers.${field}`

/** Which pushes are deployed. Lists are written one a line. */
export function RulesForm({ environment, triggers }: { environment: EnvironmentView; triggers: Triggers }) {
  const router = useRouter()
  return (
    <Form
      label="Pushes"
      onlyToRead={environment.can.configure ? undefined : readersWord}
      act={saveTriggers}
      read={(data) => ({ environmentId: environment.id, triggers: readRules(data) })}
      done={() => {
        toast.success('Saved. It counts from the next push on.')
        router.refresh()
      }}
      className="grid gap-5"
    >
      <Box name="isOn" isOn={triggers.isOn}>
        Deploy pushes by themselves
      </Box>
      <div className="grid gap-5 sm:grid-cols-2">
        <ListField
          name="branches"
          label="Branches"
          lines={triggers.branches}
          placeholder={`${environment.branch}\nrelease/*`}
          hint={
            <>
              One a line: a name, <Sample>release/*</Sample>, <Sample>**</Sample> to cross slashes, or{' '}
              <Sample>/^v\d+$/</Sample>. Empty: {environment.branch}, unless there are tags.
            </>
          }
        />
        <ListField
          name="tags"
          label="Tags"
          lines={triggers.tags}
          placeholder="v*"
          hint="Written in the same way. Empty: none."
        />
        <ListField
          name="paths"
          label="Only when something changed in"
          lines={triggers.paths}
          placeholder={'src/**\n!**/*.md'}
          hint={
            <>
              Files, as <Sample>docs/**</Sample> for a folder, that differ from what is live; <Sample>!</Sample> in
              front takes out again, and the last line that fits a path counts. Empty: anything.
            </>
          }
        />
        <ListField
          name="checks"
          label="Only when these checks passed"
          lines={triggers.checks}
          placeholder="build"
          hint="Names as the Git host tells them, one a line. The commit waits until all have passed."
        />
      </div>
      <Box name="cancelRunning" isOn={triggers.cancelRunning}>
        A newer push cancels the deployment of an older one that is running, never two in a row
      </Box>
      <div className="max-w-72">
        <Field
          name={at('pollMinutes')}
          label="Look at the repository every … minutes"
          type="number"
          min={1}
          max={1440}
          defaultValue={triggers.pollMinutes ?? ''}
          hint="For Git hosts that can’t send webhooks. Empty: never."
        />
      </div>
      <p className="text-ink-soft">
        A commit whose message says <Sample>[skip ci]</Sample> or <Sample>[ci skip]</Sample> is left alone.
      </p>
      <div>
        <SubmitButton busyText="Saving…">Save the rules</SubmitButton>
      </div>
    </Form>
  )
}

type ListName = 'branches' | 'tags' | 'paths' | 'checks'
type ListFieldProps = {
  name: ListName
  label: string
  lines: string[]
  placeholder: string
  hint: ReactNode
}

function ListField({ name, lines, ...rest }: ListFieldProps) {
  return (
    <TextField
      {...rest}
      name={at(name)}
      rows={Math.max(2, lines.length)}
      defaultValue={lines.join('\n')}
      autoCapitalize="none"
    />
  )
}

function Box({ name, isOn, children }: { name: keyof Triggers; isOn: boolean; children: string }) {
  return (
    <label className="flex items-center gap-2">
      <input type="checkbox" name={at(name)} defaultChecked={isOn} className="accent-(--accent)" />
      {children}
    </label>
  )
}

function Sample({ children }: { children: string }) {
  return <code className="font-mono text-xs text-ink">{children}</code>
}

function readRules(data: FormData): Triggers {
  const lines = (name: ListName) =>
    String(data.get(at(name)))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  const isOn = (name: keyof Triggers) => data.get(at(name)) === 'on'
  const minutes = String(data.get(at('pollMinutes')))
  return {
    isOn: isOn('isOn'),
    branches: lines('branches'),
    tags: lines('tags'),
    paths: lines('paths'),
    checks: lines('checks'),
    cancelRunning: isOn('cancelRunning'),
    pollMinutes: minutes === '' ? null : Number(minutes),
  }
}
