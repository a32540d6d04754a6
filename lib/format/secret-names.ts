// Which variables look as if nobody should read them: what is proposed where nobody has said it yet.
const names =
  /(^|_)(PASS|PASSWD|PASSWORD|PWD|SECRET|TOKEN|KEY|KEYS|CREDENTIALS?|PRIVATE|AUTH|SALT|DSN|CERT|SIGNATURE)(_|$)|PASSWORD|SECRET/i
const open = /(^|_)(PUBLIC|PUBLISHABLE)(_|$)|^(NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC)_/i

/** By its name, or by an address with a password in its value. */
export function looksSecret(name: string, value: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i.test(value) || /-----BEGIN [A-Z ]*PRIVATE KEY/.test(value))
    return true
  return names.test(name) && !open.test(name)
}
