/**
 * One shell word that any POSIX shell reads back as exactly `value`. Every value that reaches a shell goes through here.
 * Refuses NUL (no shell variable can hold it) with a TypeError: such a value is our own mistake by the time it gets here.
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new TypeError('a shell word cannot hold NUL')
  return `'${value.replaceAll("'", `'\\''`)}'`
}
