// What is typed into the palette, read as a wish: an action, what it is about, and words that find where. Pure.

/** What can be done with an environment. `open` shows a part of it. */
export type Wish =
  | { do: 'find'; words: string }
  | { do: 'deploy'; ref: string | null; words: string }
  | { do: 'rollBack'; words: string }
  | { do: 'open'; part: Part; words: string }

/** Parts of an environment by the words that name them, and where they are. */
export const parts = {
  releases: { word: 'Releases', path: '' },
  pipeline: { word: 'Pipeline', path: '?tab=pipeline' },
  triggers: { word: 'Triggers', path: '?tab=triggers' },
  variables: { word: 'Variables', path: '?tab=variables' },
  servers: { word: 'Servers', path: '?tab=servers' },
  statistics: { word: 'Statistics', path: '/statistics' },
  logs: { word: 'Logs', path: '/logs' },
  settings: { word: 'Settings', path: '?tab=settings' },
} as const
export type Part = keyof typeof parts

const sha = /^[0-9a-f]{7,64}$/i

/**
 * `deploy [commit] [<ref> to] …`, `roll back …`, `[go to] variables [of] …`; anything else is looked for as it stands. A word
 * counts once it is whole: what begins like an action may be a name.
 */
export function readWish(text: string): Wish {
  const typed = text.trim().replace(/\s+/g, ' ')
  const deploy = /^deploy(?: (.*))?$/i.exec(typed)
  if (deploy) return readDeploy(deploy[1] ?? '')
  const back = /^(?:roll ?back|undo)(?: (.*))?$/i.exec(typed)
  if (back) return { do: 'rollBack', words: back[1] ?? '' }
  const [, named = '', rest = ''] = /^(?:go to |open )?(\w+)(?: of)?(?: (.*))?$/i.exec(typed) ?? []
  const part = (Object.keys(parts) as Part[]).find((name) => name === named.toLowerCase())
  return part === undefined ? { do: 'find', words: typed } : { do: 'open', part, words: rest }
}

function readDeploy(rest: string): Wish {
  // As the palette's own lines say it: which commit is picked in the next step.
  const some = /^a commit(?: to)?(?: (.*))?$/i.exec(rest)
  if (some) return { do: 'deploy', ref: null, words: some[1] ?? '' }
  const [, ref = '', words = ''] = /^(?:(?:commit|branch|tag) )?(\S+) to(?: (.*))?$/i.exec(rest) ?? []
  if (ref !== '') return { do: 'deploy', ref, words }
  const [first = '', ...others] = rest.replace(/^commit (?=\S)/i, '').split(' ')
  return sha.test(first)
    ? { do: 'deploy', ref: first, words: others.join(' ') }
    : { do: 'deploy', ref: null, words: rest.replace(/^commit$/i, '') }
}
