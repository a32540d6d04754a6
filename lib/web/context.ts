// The panel's context, one for the whole web process: development reloads modules, so it hangs on globalThis.
import { openContext, type Context } from '@/lib/panel/context.ts'
import { readSettings } from '@/lib/settings.ts'

const holder = globalThis as { fairleadContext?: Context }

/** Throws PanelError when settings or the key are unusable; the next call tries again. */
export function context(): Context {
  holder.fairleadContext ??= openContext(readSettings(process.env))
  return holder.fairleadContext
}
