'use client'
// How several servers change, and what that would mean for the servers of this environment.
import { useState } from 'react'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { strategyWords } from '@/lib/deploy/strategy-words.ts'
import { healthyFleet } from '@/lib/deploy/strategy.ts'
import { Field, SelectField } from '../form/field.tsx'

type Strategy = EnvironmentView['options']['strategy']

const at = (field: string): string => `options.strategy.${field}`

export function StrategyFields({ strategy, servers }: { strategy: Strategy; servers: string[] }) {
  const [shown, setShown] = useState(strategy)
  const { batch, minimumHealthy, canary, likeCodeDeploy, onFailure } = shown
  return (
    <fieldset
      className="grid gap-3"
      onChange={(event) =>
        event.currentTarget.form && setShown(readStrategy(new FormData(event.currentTarget.form), shown))
      }
    >
      <legend className="mb-2 font-semibold">Several servers</legend>
      <p className="text-ink-soft">
        The release is made complete on all {servers.length} servers first. This is about what follows: switching them.
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField name={at('batch')} label="Change at once" defaultValue={kindOf(batch)}>
          <option value="all">all servers</option>
          <option value="half">half of them</option>
          <option value="one">one</option>
          <option value="count">a number</option>
          <option value="percent">a share (percent)</option>
        </SelectField>
        <Amount name={at('batch')} label="So many" of={batch} least={1} most={100} />
        <SelectField name={at('minimumHealthy')} label="Have to go on serving" defaultValue={kindOf(minimumHealthy)}>
          <option value="">no number, but every server has to succeed</option>
          <option value="count">at least a number</option>
          <option value="percent">at least a share (percent)</option>
        </SelectField>
        <Amount name={at('minimumHealthy')} label="At least" of={minimumHealthy} least={0} most={99} />
        <SelectField
          name={at('canary')}
          label="The first server"
          defaultValue={!canary ? '' : canary.seconds === null ? 'person' : 'time'}
        >
          <option value="">goes with the others</option>
          <option value="person">goes ahead; the others follow when somebody lets them</option>
          <option value="time">goes ahead; the others follow after a time</option>
        </SelectField>
        {canary && canary.seconds !== null ? (
          <Field
            name={at('canary.seconds')}
            label="After (seconds)"
            type="number"
            min={1}
            max={86400}
            required
            defaultValue={canary.seconds}
          />
        ) : (
          <span className="hidden sm:block" />
        )}
        <SelectField name={at('onFailure')} label="When the run fails" defaultValue={onFailure}>
          <option value="rollback">servers that have switched go back</option>
          <option value="leave">servers that have switched stay</option>
        </SelectField>
      </div>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          name={at('likeCodeDeploy')}
          defaultChecked={likeCodeDeploy}
          className="accent-(--accent)"
        />
        Judge as AWS CodeDeploy does: the last server may fail
      </label>
      <Consequences strategy={shown} servers={servers} />
    </fieldset>
  )
}

function Amount({ name, label, of, least, most }: AmountProps) {
  if (of === null || typeof of === 'string') return <span className="hidden sm:block" />
  const isCount = 'count' in of
  return (
    <Field
      key={isCount ? 'count' : 'percent'}
      name={`${name}.${isCount ? 'count' : 'percent'}`}
      label={`${label} (${isCount ? 'servers' : 'percent'})`}
      type="number"
      min={least}
      max={isCount ? 1000 : most}
      required
      defaultValue={isCount ? of.count : of.percent}
    />
  )
}
type AmountProps = {
  name: string
  label: string
  of: Strategy['batch'] | Strategy['minimumHealthy']
  least: number
  most: number
}

/** Said anew with every change of the form; nothing while a number is being typed. */
function Consequences({ strategy, servers }: { strategy: Strategy; servers: string[] }) {
  if (![strategy.batch, strategy.minimumHealthy].every(isWhole)) return null
  const { isPossible, sentences } = strategyWords(healthyFleet(servers), strategy)
  return (
    <div
      role="status"
      className={`rounded-one border p-3 ${isPossible ? 'border-line bg-sunken' : 'border-warn/30 bg-warn-soft text-warn'}`}
    >
      <p className="font-medium">With these {servers.length} servers</p>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {(strategy.minimumHealthy !== null || strategy.likeCodeDeploy) && (
        <p>Servers that a run is not for count as well: how many have to go on is said of all of the environment.</p>
      )}
    </div>
  )
}

function isWhole(share: Strategy['batch'] | Strategy['minimumHealthy']): boolean {
  return share === null || typeof share === 'string' || Object.values(share).every((amount) => Number.isInteger(amount))
}

const kindOf = (share: Strategy['batch'] | Strategy['minimumHealthy']): string => {
  if (share === null) return ''
  if (typeof share === 'string') return share
  return 'count' in share ? 'count' : 'percent'
}

/** Where the form has no such fields (one server), it stays as it was. */
export function readStrategy(data: FormData, before: Strategy): Strategy {
  const batch = data.get(at('batch'))
  if (batch === null) return before
  const minimum = data.get(at('minimumHealthy'))
  const canary = data.get(at('canary'))
  // A number that was not asked for yet begins with `first`; one that isn't typed is none, and refused as such.
  const number = (name: string, first: number): number => {
    const text = data.get(at(name))
    return text === null ? first : text === '' ? NaN : Number(text)
  }
  const share = (name: string, kind: FormDataEntryValue | null, first: number) =>
    kind === 'count' ? { count: number(`${name}.count`, first) } : { percent: number(`${name}.percent`, first) }
  return {
    batch: batch === 'count' || batch === 'percent' ? share('batch', batch, 1) : (batch as 'all'),
    minimumHealthy: minimum === '' ? null : share('minimumHealthy', minimum, 0),
    canary: canary === '' ? null : { seconds: canary === 'time' ? number('canary.seconds', 600) : null },
    likeCodeDeploy: data.get(at('likeCodeDeploy')) === 'on',
    onFailure: data.get(at('onFailure')) as Strategy['onFailure'],
  }
}
