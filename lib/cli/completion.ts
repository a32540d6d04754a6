// What a shell needs to complete `fairlead`: it asks the program itself each time.
import { wrong } from './fields.ts'

const scripts: Record<string, string> = {
  bash: `_fairlead() {
  local IFS=$'\\n'
  COMPREPLY=( $(fairlead complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) )
}
complete -o default -F _fairlead fairlead
`,
  zsh: `#compdef fairlead
_fairlead() {
  local -a found
  found=( \${(f)"$(fairlead complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"} )
  (( \${#found} )) && compadd -- "\${found[@]}" || _files
}
compdef _fairlead fairlead
`,
  fish: `function __fairlead
    set -l found (fairlead complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
    if set -q found[1]
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c fairlead -f -a '(__fairlead)'
`,
}
export const shells = Object.keys(scripts)

/** Throws Stop (usage). */
export function completionFor([shell = '', ...more]: string[]): string {
  if (more.length > 0 || !Object.hasOwn(scripts, shell)) throw wrong(`completion: one of ${shells.join(', ')}.`)
  return scripts[shell]!
}
