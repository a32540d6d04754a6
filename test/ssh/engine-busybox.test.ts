import { startHost } from '../hosts/hosts.ts'
import { engineContract } from './engine-contract.ts'

engineContract('OpenSSH with a busybox userland', () => startHost({ userland: 'busybox', diskMb: 1024 }))
