// Trials that found something once, flown again by every test run: as they were, as a seed may mean another one by now.
import type { Trial } from './trial.ts'

export const kept: Trial[] = []
