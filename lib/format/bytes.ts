// Sizes as people read them, in powers of 1024.
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** `0 bytes`, `512 bytes`, `1.4 KiB`, `37 MiB`. */
export function formatBytes(bytes: number): string {
  const at = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** at
  return `${at > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`
}
