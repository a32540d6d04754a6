// What programs read out of a document: JSON, YAML, .ini and the like, line by line and without understanding more of it.

/** What stands in quotes and is no key, as it stands and as JSON means it, and what follows the first `=` or `: ` of a line. */
export function valuesIn(text: string): string[] {
  return text.split(/\r\n?|\n/).flatMap((line) => valuesOf(line.trim()))
}

function valuesOf(line: string): string[] {
  const quoted = [...line.matchAll(/(?:"((?:\\.|[^"\\])*)"|'([^']*)')(\s*:)?/g)].flatMap(([, double, single, key]) => {
    if (key !== undefined) return []
    return [double ?? single ?? '', ...(double?.includes('\\') ? meantBy(`"${double}"`) : [])]
  })
  const assigned = /(?:=|:\s)\s*(.+?)[\s,;]*$/.exec(line)?.[1]
  return assigned === undefined ? quoted : [...quoted, assigned]
}

function meantBy(json: string): string[] {
  try {
    return [String(JSON.parse(json))]
  } catch {
    return []
  }
}
