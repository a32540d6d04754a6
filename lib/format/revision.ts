// Commits as people read them.

/** The first seven characters of a full SHA; anything else stays as it is. */
export function shortSha(revision: string): string {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(revision) ? revision.slice(0, 7) : revision
}
