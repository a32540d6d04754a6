// What somebody is editing: the text is the one truth, and the table another way to write it.
import type { VariablesView } from '@/lib/api/shapes.ts'
import { placeholder, setInEnv, unsetInEnv } from '@/lib/format/env-edit.ts'
import { readEnvText } from '@/lib/format/env-text.ts'
import { looksSecret } from '@/lib/format/secret-names.ts'
import type { Dialect } from '@/lib/spec/env-dialects.ts'
import { writeEnvValue } from '@/lib/spec/env-write.ts'

/** `marks` are decisions about secrecy that were made by hand. */
export type Draft = { text: string; marks: Readonly<Record<string, boolean>>; dialect: Dialect }
/** `isKept`: a secret whose stored value stays. */
export type DraftRow = { name: string; value: string; isSecret: boolean; isKept: boolean }

export function draftOf(saved: VariablesView | null, dialect: Dialect): Draft {
  return { text: saved?.text ?? '', marks: {}, dialect: saved?.dialect ?? dialect }
}

export function rowsOf({ text, marks }: Draft, saved: VariablesView | null): DraftRow[] {
  const before = new Map(saved?.variables.map(({ name, isSecret }) => [name, isSecret]))
  return Object.entries(readEnvText(text).values).map(([name, value]) => {
    const isKept = value === placeholder && before.get(name) === true
    return { name, value, isKept, isSecret: isKept || (marks[name] ?? before.get(name) ?? looksSecret(name, value)) }
  })
}

export function withValue(draft: Draft, name: string, value: string): Draft {
  return { ...draft, text: setInEnv(draft.text, name, writeEnvValue(value, draft.dialect)) }
}

export function without(draft: Draft, name: string): Draft {
  return { ...draft, text: unsetInEnv(draft.text, name) }
}

/** A secret that is to be shown loses its value: only who knows it can type it anew. */
export function withMark(draft: Draft, { name, isKept }: DraftRow, isSecret: boolean): Draft {
  const marked = { ...draft, marks: { ...draft.marks, [name]: isSecret } }
  return isKept && !isSecret ? withValue(marked, name, '') : marked
}
