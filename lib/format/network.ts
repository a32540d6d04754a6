// Whose an address is, as far as limits need to know.

/**
 * What one household or one rented machine is handed out: an IPv4 address, or the first 64 bits of an IPv6 one, in which there are
 * more addresses than anybody could count attempts of. Anything else is taken as it is.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  const [text = ''] = address.toLowerCase().split('%')
  if (!/^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}$/.test(text)) return address
  const [front = '', back] = text.split('::')
  const groupsOf = (part: string): string[] => part.split(':').filter((group) => group !== '')
  const [before, after] = [groupsOf(front), groupsOf(back ?? '')]
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  const first = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}
