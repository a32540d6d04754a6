// What a step is called on a page. Our own steps have short names in plans, logs of the API and tests; people read these.
const titles: Record<string, string> = {
  check: 'Check the server',
  tree: 'Ship the files',
  release: 'Make the release',
  variables: 'Write variables',
  files: 'Write files',
  'place files': 'Put files in their places',
  'put files back': 'Put files back as they were',
  permissions: 'Set permissions',
  complete: 'Mark complete',
  verify: 'Verify the release',
  switch: 'Switch to it',
  unlink: 'Take the link away',
  configure: 'Replace the variables',
  restore: 'Put the variables back',
  prune: 'Remove old releases',
  remove: 'Remove the release',
}

/** Hooks keep the names of their events, which are also those of their files. Without a stage it may be any. */
export function stepTitle(name: string, stage?: string): string {
  if (name === 'switch' && stage === 'undo') return 'Switch back'
  return titles[name] ?? name
}
