// Mail, handed to the server that whoever runs the panel named.
import { createTransport } from 'nodemailer'
import type { NodemailerError } from 'nodemailer'
import type { Told } from '@/lib/deploy/telling.ts'
import { within } from './within.ts'

type MailServer = { smtpUrl: string; from: string }

type Refused = { address: string; isForGood: boolean; response: string }
/** `reached`: those of the readers whom the server has taken it for. */
type Mailed = { response: string; reached: string[]; refused: Refused[] }

/**
 * `to`: nobody twice. `messageId` is the same at every try.
 * @throws what nodemailer does, unless it is that readers were refused; the reason of `signal`.
 */
export async function sendMail(
  { smtpUrl, from }: MailServer,
  { to, told, messageId }: { to: string[]; told: Told; messageId: string },
  { signal, limitMs }: { signal: AbortSignal; limitMs: number },
): Promise<Mailed> {
  signal.throwIfAborted()
  const limits = { connectionTimeout: limitMs, greetingTimeout: limitMs, socketTimeout: limitMs, dnsTimeout: limitMs }
  const transport = createTransport({ url: smtpUrl, ...limits, disableFileAccess: true, disableUrlAccess: true })
  try {
    const { title, line, failure, url } = told
    const lines = [title, ...(failure === null ? [] : [failure]), line]
    const sending = transport.sendMail({
      from,
      to: to.map((address) => ({ name: '', address })),
      subject: title,
      messageId,
      text: [...lines, ...(url === null ? [] : [url])].join('\n\n'),
      html: [
        ...lines.map((text) => `<p>${forHtml(text)}</p>`),
        ...(url === null ? [] : [`<p><a href="${forHtml(url)}">Open in Fairlead</a></p>`]),
      ].join('\n'),
      headers: { 'auto-submitted': 'auto-generated' },
    })
    // A line that is left alone ends by its own limits.
    const { response, accepted, rejectedErrors, envelope } = await within(signal, sending)
    // The server is told of them in a spelling of nodemailer's, in the same order.
    const reached = to.filter((address, at) => accepted.includes(envelope.to[at] ?? address))
    return { response, reached, refused: (rejectedErrors ?? []).map(refusedOf) }
  } catch (error) {
    const { rejectedErrors = [] } = error as NodemailerError
    if (rejectedErrors.length === 0) throw error
    return { response: '', reached: [], refused: rejectedErrors.map(refusedOf) }
  } finally {
    transport.close()
  }
}

function refusedOf({ recipient = '', permanent = false, response = '' }: NodemailerError): Refused {
  return { address: recipient, isForGood: permanent, response }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function forHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign]!)
}
