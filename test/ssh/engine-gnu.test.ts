import { canMakeMachines, startHost } from '../hosts/hosts.ts'
import { engineContract } from './engine-contract.ts'
import { machineContract } from './engine-machine.ts'

engineContract('OpenSSH with a GNU userland', () => startHost({ userland: 'gnu', diskMb: 1024 }))

if (canMakeMachines()) machineContract('gnu')
