'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { beginTwoFactor, confirmTwoFactor, endTwoFactor, renewRecoveryCodes } from '@/app/actions/account.ts'
import type { TwoFactorSecret, TwoFactorView } from '@/lib/api/shapes-access.ts'
import { CopyLine } from '../copy-button.tsx'
import { Field } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { QrCode } from './qr-code.tsx'

/** The second step at sign-in: off, being set up, or on. */
export function TwoFactor({ twoFactor }: { twoFactor: TwoFactorView }) {
  const router = useRouter()
  const [begun, setBegun] = useState<TwoFactorSecret | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  function shown(recoveryCodes: string[]) {
    setBegun(null)
    setCodes(recoveryCodes)
    router.refresh()
  }
  return (
    <section aria-labelledby="two-factor">
      <h2 id="two-factor" className="mb-2 font-semibold">
        Second step at sign-in
      </h2>
      <div className={`${cardStyle} grid gap-4 p-4`}>
        {codes && (
          <div role="status" className="-mx-4 -mt-4 grid gap-2 border-b bg-good-soft px-4 py-3">
            <p>
              Recovery codes: each lets you in once when your phone is gone. They are shown only now; keep them where
              you keep passwords.
            </p>
            <CopyLine text={codes.join('\n')} label="Copy the codes" />
          </div>
        )}
        {twoFactor.since ? (
          <On twoFactor={twoFactor} shown={shown} ended={() => setCodes(null)} />
        ) : begun ? (
          <Confirm begun={begun} shown={shown} />
        ) : (
          // Codes stand there a moment before the page knows that it is on.
          codes === null && <Begin begin={setBegun} />
        )}
      </div>
    </section>
  )
}

const PasswordField = () => (
  <Field name="password" label="Your password" type="password" autoComplete="current-password" required />
)
const CodeField = ({ hint }: { hint?: string }) => (
  <Field name="code" label="Code" hint={hint} autoComplete="one-time-code" className="font-mono" required />
)

function Begin({ begin }: { begin: (secret: TwoFactorSecret) => void }) {
  return (
    <>
      <p className="text-ink-soft">
        Besides the password, a code that an app on your phone shows: a stolen password alone opens nothing then.
      </p>
      <Form
        label="Set up the second step"
        className="grid items-start gap-3 sm:max-w-xs"
        act={beginTwoFactor}
        read={(data) => ({ password: String(data.get('password')) })}
        done={begin}
      >
        <PasswordField />
        <div>
          <SubmitButton kind="plain" busyText="Making a secret…">
            Set it up
          </SubmitButton>
        </div>
      </Form>
    </>
  )
}

function Confirm({ begun, shown }: { begun: TwoFactorSecret; shown: (codes: string[]) => void }) {
  return (
    <div className="grid items-start gap-4 sm:grid-cols-[auto_1fr]">
      <QrCode modules={begun.qr} label="The secret as a QR code for an authenticator app" />
      <div className="grid gap-4">
        <p>Scan this with an authenticator app, or type the secret into it:</p>
        <CopyLine text={begun.secret} label="Copy the secret" />
        <Form
          label="Confirm the second step"
          act={confirmTwoFactor}
          read={(data) => ({ code: String(data.get('code')) })}
          done={({ recoveryCodes }) => shown(recoveryCodes)}
        >
          <CodeField hint="What the app shows now. Your other sessions end." />
          <SubmitButton busyText="Looking at the code…">Turn it on</SubmitButton>
        </Form>
      </div>
    </div>
  )
}

type OnProps = { twoFactor: TwoFactorView; shown: (codes: string[]) => void; ended: () => void }

function On({ twoFactor, shown, ended }: OnProps) {
  const router = useRouter()
  const proof = (data: FormData) => ({ password: String(data.get('password')), code: String(data.get('code')) })
  const left = twoFactor.recoveryCodesLeft
  return (
    <>
      <p>
        On since <RelativeTime at={twoFactor.since!} />;{' '}
        {left === 1 ? 'one recovery code is' : `${left} recovery codes are`} left.
      </p>
      <details>
        <summary className="cursor-pointer text-ink-soft hover:text-ink">New recovery codes, or turn it off</summary>
        <div className="mt-3 grid gap-6 sm:grid-cols-2">
          <Form
            label="New recovery codes"
            className="grid content-start gap-3"
            act={renewRecoveryCodes}
            read={proof}
            done={({ recoveryCodes }) => shown(recoveryCodes)}
          >
            <PasswordField />
            <CodeField />
            <SubmitButton kind="plain" busyText="Making them…">
              Make new codes
            </SubmitButton>
          </Form>
          <Form
            label="Turn the second step off"
            className="grid content-start gap-3"
            act={endTwoFactor}
            read={proof}
            done={() => {
              toast.success('The second step is off. All other sessions have ended.')
              ended()
              router.refresh()
            }}
          >
            <PasswordField />
            <CodeField />
            <SubmitButton kind="danger" busyText="Turning it off…">
              Turn it off
            </SubmitButton>
          </Form>
        </div>
      </details>
    </>
  )
}
