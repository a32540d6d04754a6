#!/bin/sh
# The system packages that the tests need: installs what is missing as root with apt, otherwise names it (exit 1).
set -eu
missing=
want() { # PACKAGE PROGRAM…: the package is there when one of its programs is
  package=$1
  shift
  for program in "$@"; do
    if command -v "$program" >/dev/null 2>&1 || [ -e "$program" ]; then return 0; fi
  done
  missing="$missing $package"
}
want openssh-server /usr/sbin/sshd
want openssh-client ssh-keygen
want sudo sudo
want busybox busybox
want git git
want iproute2 ip
want procps ps
want chromium-headless-shell chromium-headless-shell /usr/lib/chromium/chromium-headless-shell chromium
want fonts-liberation /usr/share/fonts/truetype/liberation /usr/share/fonts/truetype/liberation2
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $missing
else
  echo "These packages are missing, some tests need them:$missing" >&2
  exit 1
fi
