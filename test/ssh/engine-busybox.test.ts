import { canMakeMachines, startHost } from '../hosts/hosts.ts'
import { engineContract } from './engine-contract.ts'
import { machineContract } from './engine-machine.ts'

engineContract('OpenSSH with a busybox userland', () => startHost({ userland: 'busybox', diskMb: 1024 }))

if (canMakeMachines()) machineContract('busybox')
