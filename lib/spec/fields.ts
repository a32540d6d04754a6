// Fields that several options of an environment have.
import { z } from 'zod'

/** Whom something runs as; null = the user whom Fairlead signs in as. */
export const user = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/, 'Not a name of a user.')
  .nullable()
  .default(null)

/** The text of a command for bash. */
export const command = z
  .string()
  .min(1, 'The command is empty.')
  .max(10_000)
  .refine((text) => !/[\0\p{Surrogate}]/u.test(text), 'The command holds a NUL character.')

/** A part that an answer has to hold. `{commit}` and `{release}` are those that should be served; '' = whatever it says. */
export const contains = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}\p{Surrogate}]*$/u, 'A part of one line.')
  .default('')
