// How Next builds and serves the panel. The content security policy, which needs a nonce a request, is in proxy.ts.
import type { NextConfig } from 'next'

const headers = [
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'x-frame-options', value: 'DENY' },
  { key: 'referrer-policy', value: 'same-origin' },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
  { key: 'permissions-policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' },
]

/** Answers for programs: nothing in them is ever shown as a page. */
const forPrograms = [
  {
    key: 'content-security-policy',
    value: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  },
]

/** The host that people type, for proxies that put another one into `Host`. */
const publicUrl = process.env.FAIRLEAD_PUBLIC_URL
const allowedOrigins = publicUrl && URL.canParse(publicUrl) ? [new URL(publicUrl).host] : []

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm test` checks types, of everything; a build is not the place to find that a test's don't fit.
  typescript: { ignoreBuildErrors: true },
  // Native or dynamic requires that a bundler would break.
  serverExternalPackages: ['pg', 'ssh2', 'cpu-features', 'pino'],
  // As much as the API takes (lib/web/route.ts): a set of variables may have 1 MiB, which is Next's own limit with its wrapping.
  experimental: { serverActions: { bodySizeLimit: 8_388_608, allowedOrigins } },
  headers: () =>
    Promise.resolve([
      { source: '/:path*', headers },
      { source: '/api/:path*', headers: forPrograms },
      { source: '/events', headers: forPrograms },
    ]),
}

export default config
