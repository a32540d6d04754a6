/** Who wrote what runs: a small word beside its name. */
export function Origin({ title, children }: { title: string; children: string }) {
  return (
    <span
      title={title}
      className="rounded border border-accent/30 bg-accent-soft px-1.5 text-[11px] font-medium leading-4 text-accent"
    >
      {children}
    </span>
  )
}
