// Secrets of an environment in texts that are shown before anything runs.
import { prepareRedaction } from '@/lib/redact/redactor.ts'
import { secretsOfEnv } from '@/lib/redact/secrets.ts'
import { decryptSet, repositoryAddress, secretsOfAccess } from './addresses.ts'
import { secretsOfFiles } from './files.ts'
import { liveRelease } from './ground.ts'
import type { Ground } from './ground.ts'

type Set = { number: number; text: Uint8Array } | null | undefined

/** A function that masks whatever logs of this environment would mask, files among it, with the variables of `sets` beside the newest and the live ones. */
export async function maskOf(ground: Ground, sets: Set[]): Promise<(text: string) => string> {
  const { worker, environment } = ground
  const texts = [...sets, environment.variableSets[0], liveRelease(ground)?.variableSet].flatMap((set) =>
    set ? [decryptSet(worker.secrets, set)] : [],
  )
  const { access } = repositoryAddress(environment.project, worker.secrets)
  const secrets = [
    ...texts.flatMap((text) => secretsOfEnv(text)),
    ...secretsOfAccess(access),
    ...(await secretsOfFiles(ground)),
  ]
  const redaction = prepareRedaction([...new Set(secrets)])
  return (text) => {
    const redactor = redaction.open()
    const parts = [redactor.push(new TextEncoder().encode(text)), redactor.end()]
    return Buffer.concat(parts).toString()
  }
}
