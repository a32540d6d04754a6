// What was used last, by name; the rest is forgotten.
export type Recent<T> = { get(key: string): T | undefined; set(key: string, value: T): void }

/** Keeps at most `limit` values. */
export function openRecent<T>(limit: number): Recent<T> {
  const values = new Map<string, T>()
  return {
    get(key) {
      const value = values.get(key)
      if (value === undefined) return undefined
      values.delete(key)
      values.set(key, value)
      return value
    },
    set(key, value) {
      values.delete(key)
      values.set(key, value)
      const oldest = values.keys().next()
      if (values.size > limit && !oldest.done) values.delete(oldest.value)
    },
  }
}
