// What an environment follows by itself, as people write it.
import { patternProblem } from '../spec/patterns.ts'
import { triggers } from '../spec/triggers.ts'
import { byEnvironment } from './inputs.ts'

/** Patterns are tried before they are kept: whoever wrote one is there to mend it. */
export const triggersInput = byEnvironment.extend({
  triggers: triggers.superRefine((given, context) => {
    for (const field of ['tags', 'branches', 'paths'] as const)
      for (const [at, pattern] of given[field].entries()) {
        const problem = patternProblem(field === 'paths' ? pattern.replace(/^!/, '') : pattern)
        if (problem) context.addIssue({ code: 'custom', path: [field, at], message: problem })
      }
    for (const [at, check] of given.checks.entries())
      if (check.startsWith('fairlead/')) {
        const message = 'Fairlead itself says this of commits, and waits for none of its own words.'
        context.addIssue({ code: 'custom', path: ['checks', at], message })
      }
  }),
})
