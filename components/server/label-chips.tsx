/** Words that a server carries. */
export function LabelChips({ labels }: { labels: string[] }) {
  if (labels.length === 0) return null
  return (
    <ul aria-label="Labels" className="flex flex-wrap gap-1">
      {labels.map((label) => (
        <li key={label} className="rounded-full border bg-sunken px-2 text-xs leading-5 text-ink-soft">
          {label}
        </li>
      ))}
    </ul>
  )
}
