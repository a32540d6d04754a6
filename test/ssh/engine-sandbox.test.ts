import { engineContract } from './engine-contract.ts'
import { sandboxGround } from './engine-ground.ts'

engineContract('the sandbox', sandboxGround)
