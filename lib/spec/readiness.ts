// Readiness checks: what has to be so before a new release is switched to, and after it, for a deployment to go on.
// Limits are Zerops' (seeds §2.2 D): 5 seconds a try, 5 seconds between two, 5 minutes in all.
import { z } from 'zod'
import type { Finding } from '../deploy/types.ts'
import { command, contains, user } from './fields.ts'

const common = {
  /** Told apart by it; in the plan, in logs and in files. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/, 'Use letters, digits, “_”, “.” and “-”, at most 40.'),
  /** `before` the switch, in the new release; `after` it, of what is live then. */
  when: z.enum(['before', 'after']).default('after'),
  trySeconds: z.number().int().min(1).max(120).default(5),
  pauseSeconds: z.number().int().min(1).max(120).default(5),
  totalSeconds: z.number().int().min(1).max(3600).default(300),
  /** `notify` only shows it; `rollback` ends the deployment, and puts back what was live. */
  onFailure: z.enum(['rollback', 'notify']).default('rollback'),
}

/** What `${NAME}` in a header stands for: a variable of the environment. */
export const variableInHeader = /\$\{([A-Za-z_]\w*)\}/

const header = z.strictObject({
  name: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'Not a name of a header.')
    .refine(
      (name) => !/^(host|connection|content-length|transfer-encoding)$/i.test(name),
      'This one can’t be set here.',
    ),
  /** `${NAME}` = that variable of the environment: what is secret is there, and never here. */
  value: z
    .string()
    .max(2000)
    .regex(/^[ -~]*$/, 'A header has letters, digits and signs of ASCII only.'),
})

const httpGet = z.strictObject({
  kind: z.literal('httpGet'),
  ...common,
  /** Who asks. The panel asks only after the switch: before it nothing waits for the panel. */
  from: z.enum(['server', 'panel']).default('server'),
  scheme: z.enum(['http', 'https']).default('http'),
  /** Where it is asked: '' = 127.0.0.1 from the server, and the server's own address from the panel. */
  address: z
    .string()
    .max(253)
    .regex(
      /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)?$/,
      'Not an address: 10.0.0.5, ::1 or app.internal.',
    )
    .default(''),
  port: z.number().int().min(1).max(65_535),
  path: z
    .string()
    .max(1000)
    .regex(/^\/[!-~]*$/, 'A path begins with “/” and has no blanks.')
    .refine((path) => !path.includes('#'), 'A path has no “#”.')
    .default('/'),
  /** The name that is asked for: the header Host, and with https whose certificate it has to be ('' = anybody's). */
  host: z
    .string()
    .max(253)
    .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)?$/, 'Not a name of a host.')
    .default(''),
  headers: z.array(header).max(20).default([]),
  /** The one status that passes; null = 200 to 299. Redirects are followed, unless one of them is what is expected. */
  status: z.number().int().min(200).max(599).nullable().default(null),
  contains,
})

const exec = z.strictObject({ kind: z.literal('exec'), ...common, command, user })

const check = z
  .discriminatedUnion('kind', [httpGet, exec])
  .refine((one) => one.kind === 'exec' || one.from === 'server' || one.when === 'after', {
    path: ['when'],
    message: 'The panel asks only after the switch.',
  })
export type ReadinessCheck = z.infer<typeof check>
export type HttpCheck = z.infer<typeof httpGet>
export type ExecCheck = z.infer<typeof exec>

export const readiness = z
  .array(check)
  .max(10)
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'Two checks have the same name.')
  .default([])

/** What a check can't see: `isRestarted` = something is restarted after the switch, by an option or a hook. */
export function readinessFindings(
  { readiness: checks }: { readiness: ReadinessCheck[] },
  isRestarted: boolean,
): Finding[] {
  if (isRestarted || !checks.some(({ when }) => when === 'after')) return []
  return [
    {
      level: 'warning',
      code: 'readiness_without_restart',
      message:
        'Readiness is checked, and nothing is restarted: PHP-FPM or your service may still serve the old release while the check passes.',
      hint: 'Add a restart in the settings, or let the check look for {commit} in the answer.',
    },
  ]
}

/** Whether the panel is who asks: a check that no step of a plan does. */
export function isOfPanel(one: ReadinessCheck): one is HttpCheck & { from: 'panel' } {
  return one.kind === 'httpGet' && one.from === 'panel'
}

/** What the panel asks, as plans hold it: nothing when there is none. */
export function panelChecks({ readiness: checks }: { readiness: ReadinessCheck[] }): { checks?: HttpCheck[] } {
  const own = checks.filter(isOfPanel)
  return own.length > 0 ? { checks: own } : {}
}

/** What is asked, as people read it: `http://127.0.0.1:8080/up`. `address` stands where none is given. */
export function addressOf({ scheme, host, address, port, path }: HttpCheck, otherwise = '127.0.0.1'): string {
  const place = host || address || otherwise
  const usual = port === (scheme === 'https' ? 443 : 80)
  return `${scheme}://${place.includes(':') ? `[${place}]` : place}${usual ? '' : `:${port}`}${path}`
}

/** What passes, in words. */
export function wanted({ status, contains: part }: HttpCheck): string {
  return `${status ?? '2xx'}${part === '' ? '' : ` with “${part}”`}`
}
