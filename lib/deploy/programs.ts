// Every program that a server is ever sent. Pure text; docs/engine.md is the contract.
export { startProgram } from './programs/start.ts'
export type { StartInput } from './programs/start.ts'
export { attachProgram } from './programs/attach.ts'
export { secretPart } from './programs/secret.ts'
export type { TargetContext } from './programs/text.ts'
