/** Takes indentation and whole-line comments out of static text, so that less travels. Not for text with user values. */
export function squeeze(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return `${lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n')}\n`
}
