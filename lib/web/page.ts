// How a page gets what it shows: as the person who is signed in, or not at all.
import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { may, type Right } from '@/lib/access.ts'
import type { Actor } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Context } from '@/lib/panel/context.ts'
import { isSetUp } from '@/lib/panel/setup.ts'
import { context } from './context.ts'
import { actorOrNull } from './who.ts'

/** The person who is signed in; everyone else is sent to sign in and then back, or to set-up when there is no owner yet. */
export async function pageActor(): Promise<Actor> {
  const actor = await actorOrNull()
  if (actor) return actor
  if (!(await isSetUp(context()))) redirect('/setup')
  const path = (await headers()).get('x-fairlead-path') ?? '/'
  redirect(path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`)
}

/** For pages that are nothing but a form (`projectId` null = one of the panel itself): whoever it would refuse finds no such page. */
export async function demandPage(right: Right, projectId: string | null): Promise<void> {
  if (!may(await pageActor(), right, projectId)) notFound()
}

const unseen = ['not_found', 'invalid', 'forbidden']

/** Runs a panel function for a page. What doesn't exist, or may not be seen, is Next's 404 page. */
export async function load<I, T>(run: (ctx: Context, actor: Actor, input: I) => Promise<T>, input: I): Promise<T> {
  const actor = await pageActor()
  try {
    return await run(context(), actor, input)
  } catch (error) {
    // A malformed id in the address is a page that doesn't exist, not a mistake to explain.
    if (error instanceof PanelError && unseen.includes(error.code)) notFound()
    throw error
  }
}
