#!/bin/sh
# The system packages that the tests need. Installs what is missing with apt, as root or with a sudo that asks nothing;
# otherwise says what to install (exit 1). Does nothing, at once, when everything is there.
set -eu

# PACKAGE[|PACKAGE…] PROGRAM…: one of the programs shows that it is there; of the packages the first that the system knows is taken
wanted() {
  cat <<'W'
openssh-server /usr/sbin/sshd
openssh-client ssh-keygen
sudo sudo
busybox busybox
git git
util-linux unshare
iproute2 ip
procps ps
e2fsprogs mkfs.ext4 /usr/sbin/mkfs.ext4
curl curl
openssl openssl
chromium-headless-shell|chromium chromium-headless-shell /usr/lib/chromium/chromium-headless-shell chromium
nginx-light|nginx nginx /usr/sbin/nginx
php-fpm /usr/sbin/php-fpm*
php-cli php
composer composer
libfcgi-bin cgi-fcgi
shellcheck shellcheck
fonts-liberation /usr/share/fonts/truetype/liberation /usr/share/fonts/truetype/liberation2
W
}

# → $missing, a line each
look() {
  missing=$(
    wanted | while read -r packages programs; do
      case $packages in chromium*) programs="$programs ${CHROMIUM:-}" ;; esac
      for program in $programs; do
        if command -v "$program" >/dev/null 2>&1 || [ -d "$program" ]; then continue 2; fi
      done
      echo "$packages"
    done
  )
}

# The hosts of the tests start their own services; this machine is to run none of them for having the programs: Debian asks
# this program (invoke-rc.d(8)) before it starts one, and 101 says no.
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
hold_services() {
  [ ! -e "$policy" ] || return 0
  trap '$as_root rm -f "$policy"' EXIT
  $as_root sh -c "printf '#!/bin/sh\nexit 101\n' >'$policy' && chmod 755 '$policy'"
}

# Words without newlines; of alternatives the first.
first_of_each() { for packages; do printf ' %s' "${packages%%|*}"; done; }

give_up() {
  # shellcheck disable=SC2086
  names=$(first_of_each $missing)
  echo "Some tests need packages that are not installed:$names" >&2
  echo "$1" >&2
  case $names in *chromium*) echo "For the browser, any Chrome or Chromium will do: name its program in CHROMIUM." >&2 ;; esac
  exit 1
}

look
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null 2>&1 || give_up "Install them with this system's package manager; names may differ there."
as_root=
if [ "$(id -u)" != 0 ]; then
  # shellcheck disable=SC2086
  sudo -n true 2>/dev/null || give_up "As root: apt-get update && apt-get install --no-install-recommends$(first_of_each $missing)"
  as_root='sudo -n env DEBIAN_FRONTEND=noninteractive'
fi

export DEBIAN_FRONTEND=noninteractive
quiet='-qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120'
# shellcheck disable=SC2086
$as_root apt-get $quiet update || give_up 'apt-get update failed: is there a way to the package servers?'
chosen=
for packages in $missing; do
  known=
  for package in $(echo "$packages" | tr '|' ' '); do
    if [ -z "$known" ] && apt-cache show "$package" >/dev/null 2>&1; then known=$package; fi
  done
  [ -n "$known" ] || give_up "This system's package lists don't have ${packages%%|*}."
  chosen="$chosen $known"
done
hold_services
# shellcheck disable=SC2086
$as_root apt-get $quiet install -y --no-install-recommends $chosen || give_up 'apt-get install failed.'
look
[ -z "$missing" ] || give_up 'They were installed, and still are not found.'
