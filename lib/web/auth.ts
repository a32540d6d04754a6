// Signing in with next-auth, and all that the panel knows of it. The cookie is a JWT that holds nothing but the id of a
// session row; lib/web/who.ts looks that row up on each request, so an ended session is over at once.
import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import NextAuth, { CredentialsSignin, type NextAuthConfig } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { PanelError } from '@/lib/errors.ts'
import { signIn as openSession } from '@/lib/panel/people.ts'
import { addressOf } from './address.ts'
import { context } from './context.ts'
import { refusalOf, type Refusal } from './refusal.ts'

/** next-auth lets only its own kind of error through; this one carries what the panel said. */
export class SignInRefused extends CredentialsSignin {
  readonly refusal: Refusal
  constructor(error: PanelError) {
    super()
    this.code = error.code
    this.refusal = refusalOf(error)
  }
}

let cookieKey: string | undefined
/** AUTH_SECRET, or a key derived from the panel's own so that there is only one secret to keep. */
function secret(dataDir: string): string {
  if (process.env.AUTH_SECRET) return process.env.AUTH_SECRET
  cookieKey ??= Buffer.from(
    hkdfSync('sha256', readFileSync(join(dataDir, 'secret.key'), 'utf8').trim(), '', 'fairlead session cookie', 32),
  ).toString('base64')
  return cookieKey
}

function configuration(): NextAuthConfig {
  const ctx = context()
  return {
    secret: secret(ctx.settings.dataDir),
    trustHost: true,
    session: { strategy: 'jwt', maxAge: 30 * 24 * 3600 },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    // A wrong password is no incident, and the panel writes its own log.
    logger: { error: () => {}, warn: () => {}, debug: () => {} },
    providers: [
      Credentials({
        credentials: { email: {}, password: {}, code: {} },
        async authorize({ email, password, code }, request) {
          try {
            const { actor, sessionId } = await openSession(ctx, {
              email: String(email ?? ''),
              password: String(password ?? ''),
              code: String(code ?? ''),
              address: addressOf(request.headers),
              userAgent: request.headers.get('user-agent') ?? '',
            })
            return { id: sessionId, name: actor.name }
          } catch (error) {
            if (error instanceof PanelError) throw new SignInRefused(error)
            throw error
          }
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user?.id ? { sub: user.id } : token),
      session: ({ session, token }) => ({ expires: session.expires, sessionId: token.sub }),
    },
  }
}

/** Without next-auth's own routes: people sign in and out by lib/web/sign-in.ts, which also ends the row. */
export const { auth, signIn, signOut } = NextAuth(() => configuration())
