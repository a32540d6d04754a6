/** Dark modules as one path, on white in either theme with the quiet zone that readers need. */
export function QrCode({ modules, label }: { modules: boolean[][]; label: string }) {
  const quiet = 4
  const size = modules.length + 2 * quiet
  const path = modules
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + quiet} ${y + quiet}h1v1h-1z` : '')))
    .join('')
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} className="size-48 rounded-one bg-white">
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
