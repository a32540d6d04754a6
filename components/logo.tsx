/** The mark alone; the name stands beside it in text. */
export function Logo({ size }: { size: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 32 32">
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <path
        d="M9 24V8h14M9 16h10"
        fill="none"
        strokeWidth="3.4"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="stroke-accent-ink"
      />
      <circle cx="22.5" cy="22.5" r="2.6" className="fill-accent-ink" opacity="0.7" />
    </svg>
  )
}
