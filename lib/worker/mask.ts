// Secrets of an environment in texts that are shown before anything runs.
import { prepareRedaction } from '@/lib/redact/redactor.ts'
import { repositoryAddress, secretsOfAccess, secretsOfSet } from './addresses.ts'
import { secretsOfFiles } from './files.ts'
import { liveRelease } from './ground.ts'
import type { Ground } from './ground.ts'

type VariableSet = Parameters<typeof secretsOfSet>[1] | null | undefined

/** A function that masks whatever logs of this environment would mask, files among it, with the variables of `sets` beside the newest and the live ones. */
export async function maskOf(ground: Ground, sets: VariableSet[]): Promise<(text: string) => string> {
  const { worker, environment } = ground
  const values = [...sets, environment.variableSets[0], liveRelease(ground)?.variableSet].flatMap((set) =>
    set ? secretsOfSet(worker.secrets, set) : [],
  )
  const { access } = repositoryAddress(environment.project, worker.secrets)
  const secrets = [...values, ...secretsOfAccess(access), ...(await secretsOfFiles(ground))]
  const redaction = prepareRedaction([...new Set(secrets)])
  return (text) => {
    const redactor = redaction.open()
    const parts = [redactor.push(new TextEncoder().encode(text)), redactor.end()]
    return Buffer.concat(parts).toString()
  }
}
