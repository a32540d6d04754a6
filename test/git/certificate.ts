// A certificate of its own making for hosts on loopback; whoever is to trust it is given the file, as GIT_SSL_CAINFO.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Certified = { key: Buffer; cert: Buffer; certificate: string }

/** For 127.0.0.1 and localhost; the one in `folder`, if there is one. `certificate`: its PEM file. */
export function certified(folder: string): Certified {
  const [key, certificate] = [join(folder, 'host.key'), join(folder, 'host.pem')]
  if (!existsSync(certificate)) {
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
    const files = ['-keyout', key, '-out', certificate]
    execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...names], { stdio: 'ignore' })
  }
  return { key: readFileSync(key), cert: readFileSync(certificate), certificate }
}
