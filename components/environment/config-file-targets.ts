import type { ConfigFileView } from '@/lib/api/shapes-files.ts'

type Target = ConfigFileView['target']

/** Where files go, in a word or two. */
export const targetNames: Record<Target, string> = {
  release: 'in the release',
  shared: 'shared',
  server: 'on the server',
}

/** What a person has to know to choose, and an example of a path. */
export const targetFacts: Record<Target, { title: string; label: string; example: string; hint: string }> = {
  release: {
    title: 'In each release',
    label: 'Path in the release',
    example: 'config/credentials.json',
    hint: 'A file of the repository at this path is replaced.',
  },
  shared: {
    title: 'Shared by all releases',
    label: 'Path beside the releases',
    example: 'storage/app/credentials.json',
    hint: 'In the folder of the environment. What releases shall see of it is linked into them by shared paths, in the settings.',
  },
  server: {
    title: 'Elsewhere on the server',
    label: 'Path on the server',
    example: '/etc/nginx/sites-enabled/shop.conf',
    hint: 'What is there now is kept until the deployment has succeeded, or for good when it isn’t Fairlead’s. Where only root may write, the check of the server says what sudo has to allow.',
  },
}
