// Reading the tar archives that git makes: ustar with pax headers for what ustar can't hold (git-archive(1)).

export type TarEntry = {
  type: 'file' | 'directory' | 'link'
  path: string
  mode: number
  linkTarget: string
  bytes: Uint8Array
}

const block = 512

/** All entries of a whole archive in memory. Throws on anything that git doesn't write. */
export function readTar(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = []
  let pax = new Map<string, string>()
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block)
    if (header.every((byte) => byte === 0)) break
    const size = Number(pax.get('size') ?? octal(header, 124, 12))
    const body = archive.subarray(at + block, at + block + size)
    const flag = String.fromCharCode(header[156] ?? 0)
    at += block + Math.ceil(size / block) * block
    if (flag === 'g') continue
    if (flag === 'x') {
      pax = readPax(body)
      continue
    }
    const prefix = text(header, 345, 155)
    const path = pax.get('path') ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100)
    const linkTarget = pax.get('linkpath') ?? text(header, 157, 100)
    const type = flag === '5' ? 'directory' : flag === '2' ? 'link' : flag === '0' ? 'file' : null
    if (type === null) throw new Error(`a tar entry of the unknown type ${JSON.stringify(flag)}`)
    entries.push({
      type,
      path,
      mode: octal(header, 100, 8),
      linkTarget,
      bytes: type === 'file' ? body : new Uint8Array(),
    })
    pax = new Map()
  }
  return entries
}

/** Records `<length> <key>=<value>\n`; the length counts bytes of the whole record. */
function readPax(body: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at)
    const length = Number(body.subarray(at, space).toString())
    const record = body.subarray(space + 1, at + length - 1)
    const equals = record.indexOf(0x3d)
    records.set(record.subarray(0, equals).toString(), record.subarray(equals + 1).toString())
    at += length
  }
  return records
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.subarray(0, end < 0 ? length : end).toString()
}

function octal(header: Buffer, at: number, length: number): number {
  return parseInt(text(header, at, length).trim() || '0', 8)
}
