// The manifest of a release: a line for everything in it, in the order of bytes, and one hash over them. The same on every userland.
import { squeeze } from './squeeze.ts'

/**
 * `measure <directory>` writes the lines, words apart by tabs (`.env` is left out: it has a hash of its own):
 * `d <mode> <path>`, `f <mode> <bytes> <path>`, `h <sha256>  <path>` (none for a file that we may not read), `l <path> <target>`,
 * `o <kind> <path>`. Paths begin with `./`; one with a control character or a backslash is `\` and its bytes in hex. A link's
 * target is `=` and the rest of it inside this root, else `>` and all of it, so that roots may have other names elsewhere.
 */
export const measuring = squeeze(`
  measure() (
    cd "$1" || exit 1
    tab=$(printf '\\t.'); export LC_ALL=C tab=\${tab%.} nl root
    single='
      hex() { printf "\\\\\\\\"; printf %s "$1" | od -An -v -tx1 | tr -d " \\n"; }
      said() { case $1 in *[[:cntrl:]\\\\]*) hex "$1" ;; *) printf %s "$1" ;; esac; }
      for f; do
        if [ -L "$f" ]; then
          t=$(readlink "$f"; echo .); t=\${t%"$nl".}
          case $t in "$root"/*) t="=\${t#"$root"/}" ;; *) t=">$t" ;; esac
          printf "l\\t%s\\t%s\\n" "$(said "$f")" "$(said "$t")"
        elif [ -d "$f" ]; then printf "d\\t%s\\t%s\\n" "$(stat -c %a "$f")" "$(said "$f")"
        elif [ -f "$f" ]; then
          printf "f\\t%s\\t%s\\n" "$(stat -c "%a$tab%s" "$f")" "$(said "$f")"
          h=$(sha256sum <"$f") && printf "h\\t%s  %s\\n" "\${h%% *}" "$(said "$f")"
        else printf "o\\t%s\\t%s\\n" "$(stat -c %F "$f")" "$(said "$f")"
        fi
      done
    '
    odd='*[[:cntrl:]\\\\]*'
    {
      find . -type d ! -path "$odd" -exec stat -c "d$tab%a$tab%n" {} +
      find . -type f ! -path ./.env ! -path "$odd" -exec stat -c "f$tab%a$tab%s$tab%n" {} +
      find . -type f ! -path ./.env ! -path "$odd" -exec sha256sum {} + | sed "s/^/h$tab/"
      find . ! -type d ! -type f ! -path "$odd" -exec sh -c "$single" sh {} +
      find . -path "$odd" -exec sh -c "$single" sh {} +
    } 2>/dev/null | sort
  )
  # the hash of a file's bytes → $got; '-' without it
  digest() { got=-; [ ! -f "$1" ] || { got=$(sha256sum <"$1") && got=\${got%% *}; } || got=-; }
`)
