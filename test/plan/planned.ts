// Whole plans for one target, as the worker puts them together.
import { draftActivation, draftDeployment } from '@/lib/deploy/plan.ts'
import { draftConfiguration } from '@/lib/deploy/plan-configure.ts'
import type { ActivationInput, ConfigurationInput, PlanInput } from '@/lib/deploy/plan-input.ts'
import { assemblePlan } from '@/lib/deploy/plan-steps.ts'
import type { Plan } from '@/lib/deploy/types.ts'

export const planDeployment = (input: PlanInput): Plan => assemblePlan(draftDeployment(input))
export const planActivation = (input: ActivationInput): Plan => assemblePlan(draftActivation(input))
export const planConfiguration = (input: ConfigurationInput): Plan => assemblePlan(draftConfiguration(input))
