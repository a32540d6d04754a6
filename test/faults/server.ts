// What a server looks like from the inside, read as root beside everything that deploys.
import type { Host } from '../hosts/hosts.ts'

/** A file of the panel beside releases, in the root. */
export const placedFile = 'storage/placed.conf'

export type Seen = {
  /** Name of the release that `current` points to, '' for none. */
  current: string
  /** One line an entry of the live tree: kind, mode, owner, path, target, and for files the hash. Times too, for "untouched". */
  tree: string
  /** path → SHA-256 of the live tree's regular files. */
  files: Record<string, string>
  /** Names in release/. */
  releases: string[]
  /** Releases that are there, with the mark of being complete. */
  complete: string[]
  /** Names in the root and in .fairlead. */
  rootNames: string[]
  ownNames: string[]
  /** Paths of what is hidden below them: temporary by its kind. */
  hidden: string[]
  /** Hash of the placed file, '' for none. */
  placed: string
}

export async function look(host: Host, root: string): Promise<Seen> {
  const text = await host.shell(`cd ${root} || exit
    basename "$(readlink current)" 2>/dev/null; echo ---
    ls -A release 2>/dev/null; echo ---
    for r in release/*; do [ -d "$r" ] && [ -e ".fairlead/complete/$(basename "$r")" ] && basename "$r"; done; echo ---
    ls -A . ; echo ---
    ls -A .fairlead 2>/dev/null; echo ---
    ls -Ad .fairlead/run/*/.[!.]* .fairlead/run/.[!.]* .fairlead/complete/.[!.]* .fairlead/hooks/*/.[!.]* 2>/dev/null; echo ---
    sha256sum ${placedFile} 2>/dev/null; echo ---
    cd current/ 2>/dev/null || exit 0
    find . -printf '%y %m %u:%g %T@ %p -> %l\\n' | sort; echo ---
    find . -type f -exec sha256sum {} +`)
  const parts = text.split('---\n').map((part) => part.split('\n').filter((line) => line !== ''))
  const [
    current = [],
    releases = [],
    complete = [],
    rootNames = [],
    ownNames = [],
    hidden = [],
    placed = [],
    entries = [],
    sums = [],
  ] = parts
  const files = Object.fromEntries(sums.map((line) => [line.slice(66), line.slice(0, 64)]))
  const tree = [...entries, ...sums.sort()].join('\n')
  return {
    current: current[0] ?? '',
    tree,
    files,
    releases,
    complete,
    rootNames,
    ownNames,
    hidden,
    placed: placed[0]?.slice(0, 64) ?? '',
  }
}

/** Processes that belong to a deployment in `root`: at home in it, or started by a hook. */
export async function processesIn(host: Host, root: string): Promise<string[]> {
  const text = await host.shell(`for p in /proc/[0-9]*; do
      home=$(readlink "$p/cwd" 2>/dev/null) || continue
      case $home in ${root}|${root}/*) ;; *) grep -qsaE 'FAIRLEAD_(STEP|ROOT)=' "$p/environ" || continue ;; esac
      echo "$p $(tr '\\0' ' ' <"$p/cmdline" | head -c 200 | head -n 1)"
    done`)
  return text.split('\n').filter((line) => line !== '')
}

/** The bytes that a hook wrote into its own file; null when it never began to. */
export async function said(host: Host, root: string, file: string): Promise<Buffer | null> {
  const text = await host.shell(`[ ! -e ${root}-said/${file} ] || { echo; base64 ${root}-said/${file}; }`)
  return text === '' ? null : Buffer.from(text, 'base64')
}
