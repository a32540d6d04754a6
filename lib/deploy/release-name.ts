// Names of release directories. Source: Amezmo's two forms (seeds §1.4).

/** `at` is the moment of the deployment; only the time form uses it. */
type ReleaseNameInput = {
  naming: 'sequence' | 'time'
  number: number
  revision: string
  at: Date
  microseconds?: number
}

/**
 * `deployment_<number>.<short sha>` or `<YYYY-MM-DDTHH:MM:SS.mmmmmm>.<short sha>` (UTC, always six digits).
 * `microseconds` (0–999) are those within the millisecond of `at`; 0 when the clock has none.
 * Throws RangeError for a number or revision that could not be a directory name of ours.
 */
export function releaseName({ naming, number, revision, at, microseconds = 0 }: ReleaseNameInput): string {
  if (!/^[0-9a-f]{7,64}$/.test(revision)) throw new RangeError('a revision is 7 to 64 lower-case hexadecimal digits')
  const short = revision.slice(0, 7)
  if (naming === 'sequence') {
    if (!Number.isSafeInteger(number) || number < 1) throw new RangeError('a deployment number is a positive integer')
    return `deployment_${number}.${short}`
  }
  if (!Number.isInteger(microseconds) || microseconds < 0 || microseconds > 999) {
    throw new RangeError('microseconds are 0 to 999')
  }
  return `${at.toISOString().slice(0, -1)}${String(microseconds).padStart(3, '0')}.${short}`
}
