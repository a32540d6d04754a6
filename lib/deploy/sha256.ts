// SHA-256 (FIPS 180-4) without a runtime's crypto: programs are pure text and their header needs the hash at once.

const primes: number[] = []
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n)
const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) >>> 0
const roundConstants = Uint32Array.from(primes, (p) => fraction(Math.cbrt(p)))
const initial = Uint32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)))

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by))

function padded(bytes: Uint8Array): DataView {
  const length = (Math.floor((bytes.length + 8) / 64) + 1) * 64
  const out = new Uint8Array(length)
  out.set(bytes)
  out[bytes.length] = 0x80
  const view = new DataView(out.buffer)
  view.setUint32(length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(length - 4, (bytes.length << 3) >>> 0)
  return view
}

/** Lower-case hex SHA-256 of `bytes`. For programs and secrets (at most a few MB); payloads are hashed while they are made. */
export function sha256(bytes: Uint8Array): string {
  const view = padded(bytes)
  const state = Uint32Array.from(initial)
  const w = new Uint32Array(64)
  const at = (list: Uint32Array, i: number): number => list[i] as number
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(block + i * 4)
    for (let i = 16; i < 64; i++) {
      const a = at(w, i - 15)
      const b = at(w, i - 2)
      const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
      const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
      w[i] = at(w, i - 16) + s0 + at(w, i - 7) + s1
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(roundConstants, i) + at(w, i)) | 0
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
    }
    for (const [i, x] of [a, b, c, d, e, f, g, h].entries()) state[i] = at(state, i) + x
  }
  return Array.from(state, (x) => x.toString(16).padStart(8, '0')).join('')
}
