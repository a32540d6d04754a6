import { startHost } from '../hosts/hosts.ts'
import { engineContract } from './engine-contract.ts'

engineContract('OpenSSH with a GNU userland', () => startHost({ userland: 'gnu', diskMb: 1024 }))
