// The document every page stands in: fonts, theme, toasts.
import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { ReactNode } from 'react'
import { Notices } from '@/components/notices.tsx'
import { Providers } from '@/components/providers.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Fairlead', template: '%s · Fairlead' },
  robots: 'noindex, nofollow',
}
export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f7f8' },
    { media: '(prefers-color-scheme: dark)', color: '#0c0d0f' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = (await cookies()).get('theme')?.value
  return (
    <html
      lang="en"
      className={`${GeistSans.variable} ${GeistMono.variable}`}
      data-theme={theme === 'light' || theme === 'dark' ? theme : undefined}
    >
      <body className="min-h-dvh font-sans antialiased">
        <Providers now={Date.now()}>{children}</Providers>
        <Notices />
      </body>
    </html>
  )
}
