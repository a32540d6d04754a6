import { answerWithCli } from '@/lib/web/served-cli.ts'

export const dynamic = 'force-dynamic'

/** Open to everyone: it is the program and nothing of the panel. */
export const GET = answerWithCli
