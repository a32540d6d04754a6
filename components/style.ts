// Class lists that several components share: one look for buttons, fields and cards.

const button =
  'inline-flex min-h-8 pointer-coarse:min-h-11 max-w-full items-center justify-center gap-1.5 whitespace-nowrap rounded-one border px-3 py-1 text-sm font-medium transition-[background-color,color,opacity] disabled:cursor-not-allowed disabled:opacity-60'

export const buttonStyle = {
  plain: `${button} bg-panel text-ink shadow-one hover:bg-sunken border-line-strong/40`,
  primary: `${button} border-transparent bg-accent text-accent-ink shadow-one hover:opacity-90`,
  quiet: `${button} border-transparent bg-transparent text-ink-soft hover:bg-sunken hover:text-ink`,
  danger: `${button} border-bad/50 bg-panel text-bad shadow-one hover:bg-bad-soft`,
} as const
export type ButtonKind = keyof typeof buttonStyle

export const fieldStyle =
  'block w-full min-h-8 pointer-coarse:min-h-11 rounded-one border border-line-strong bg-panel px-2.5 py-1.5 text-sm text-ink placeholder:text-ink-soft aria-invalid:border-bad'

export const cardStyle = 'rounded-one border bg-panel shadow-one'

export const linkStyle = 'text-accent underline decoration-accent/30 underline-offset-2 hover:decoration-accent'

export const iconButtonStyle =
  'inline-grid size-8 place-items-center rounded-one text-ink-soft hover:bg-sunken hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent'

export const menuStyle = 'z-50 min-w-40 rounded-one border bg-panel p-1 text-sm shadow-one'
export const menuItemStyle =
  'flex cursor-pointer items-center gap-2 rounded px-2 py-1.5 outline-none data-[highlighted]:bg-sunken data-[disabled]:opacity-50'
