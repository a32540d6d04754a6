// Runs a regular expression over lines, away from the page, so that a slow one can be ended.
addEventListener('message', ({ data }: MessageEvent<{ source: string; text: string }>) => {
  const pattern = new RegExp(data.source, 'iu')
  const found: number[] = []
  for (const [index, line] of data.text.split('\n').entries()) if (pattern.test(line)) found.push(index)
  postMessage(found)
})
