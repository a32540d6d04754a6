#!/bin/sh
# One real SSH host on this machine, without containers: own processes, users, host name and a disk of a given size; sshd on
# loopback. It lives as long as this program's stdin stays open, so a killed test leaves nothing behind.
#   hosts.sh probe                                     exit 0 when this machine can do it (root, namespaces, overlay)
#   hosts.sh probe own                                 and with an ADDRESS: networks, /dev/net/tun, ext4 in loop devices; else says what fails
#   hosts.sh run FOLDER PORT gnu|busybox DISK_MB [ADDRESS INODES]      FOLDER holds host_key and authorized_keys
# Lines on stdin: "kill" (power cut), "boot" (the same disk again). Lines on stdout: "up PID", "down". End of stdin: stop.
# With an ADDRESS it has a network of its own (wire.pl plugs the cable), a boot id and a clock (date) of its own, /said, which is
# not on its disk, and an ext4 disk with so many inodes: "lose" is a power cut in which what was not synced is lost.
set -eu
need='mount umount unshare pivot_root'

probe() {
  [ "$(id -u)" = 0 ] || exit 1
  for tool in $need; do command -v "$tool" >/dev/null || exit 1; done
  unshare --mount --pid --fork --kill-child --propagation private sh -ec '
    mount -t tmpfs -o size=1m tmpfs /mnt && mkdir /mnt/up /mnt/work /mnt/root
    mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work /mnt/root
    mount -t proc proc /mnt/root/proc' >/dev/null 2>&1
}

probe_own() {
  for tool in ip nsenter perl truncate mkfs.ext4 e2fsck; do
    command -v "$tool" >/dev/null || { echo "there is no $tool"; exit 1; }
  done
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  truncate -s 8M "$folder/image"
  # shellcheck disable=SC2016
  unshare --mount --net --propagation private sh -ec '
    echo "no network of its own can be made"; ip link set lo up
    echo "no TAP device can be made"
    perl -e "open(T, q(+<), q(/dev/net/tun)) && ioctl(T, 0x400454ca, my \$w = pack(q(a16 S x22), q(eth0), 0x1002)) or exit 1"
    echo "no ext4 file system can be mounted from a file"
    mkfs.ext4 -q -F "$1/image"; mkdir "$1/disk"; mount -o loop "$1/image" "$1/disk"; umount "$1/disk"
  ' sh "$folder" >"$folder/said" 2>/dev/null || { tail -n 1 "$folder/said"; exit 1; }
}

# The new machine's own files. Runs once, in its overlay, before anybody logs in.
furnish() {
  root=$1; folder=$2; port=$3; userland=$4; listen=$5
  shell=/bin/bash; path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  [ "$userland" = gnu ] || { shell=/bin/sh; path=/opt/busybox; }
  cat >"$root/etc/passwd" <<P
root:x:0:0:root:/root:/bin/sh
sshd:x:105:65534::/run/sshd:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
deployer:x:1000:1000:deployer:/home/deployer:$shell
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
P
  printf '%s\n' root:x:0: tty:x:5: www-data:x:33: deployer:x:1000: nogroup:x:65534: >"$root/etc/group"
  for user in root www-data deployer; do echo "$user:*:19000:0:99999:7:::"; done >"$root/etc/shadow"
  chmod 600 "$root/etc/shadow"
  hostname >"$root/etc/hostname"
  printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$root/etc/hosts"
  printf 'Defaults secure_path="%s"\nDefaults !fqdn\ndeployer ALL=(www-data) NOPASSWD: ALL\n' "$path" >"$root/etc/sudoers"
  chmod 440 "$root/etc/sudoers"
  rm -rf "${root:?}/home" "$root/webroot"
  mkdir -p "$root/said" "$root/home/deployer/.ssh" "$root/webroot" "$root/etc/host" "$root/var/www"
  cp "$folder/authorized_keys" "$root/home/deployer/.ssh/authorized_keys"
  cp "$folder/host_key" "$root/etc/host/host_key"
  chmod 600 "$root/etc/host/host_key"
  chmod 700 "$root/home/deployer/.ssh"
  chown -R 1000:1000 "$root/home/deployer" "$root/webroot"
  if [ "$userland" = busybox ]; then
    mkdir -p "$root$path"
    for applet in $(busybox --list); do ln -s "$(command -v busybox)" "$root$path/$applet"; done
    for tool in bash sudo; do ln -sf "$(command -v $tool)" "$root$path/$tool"; done
    ln -sf "$(command -v busybox)" "$root/bin/sh"
  fi
  cat >"$root/etc/host/sshd_config" <<C
Port $port
ListenAddress $listen
HostKey /etc/host/host_key
AuthorizedKeysFile .ssh/authorized_keys
SetEnv PATH=$path
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100:30:200
UseDNS no
C
}

# What only a machine with an address of its own has; on each boot.
equip() {
  root=$1; folder=$2
  mount --bind "$folder/said" "$root/said"
  cat /proc/sys/kernel/random/uuid >"$folder/boot_id"
  mount --bind "$folder/boot_id" "$root/proc/sys/kernel/random/boot_id"
  # seconds that its clock is off stand in /said/.clock
  cat >"$folder/date" <<'D'
#!/bin/sh
off=$(cat /said/.clock 2>/dev/null)
[ "${off:-0}" = 0 ] || case $* in
  '+%s' | '+%s%3N') exec /usr/bin/date.real -d "@$(($(/usr/bin/date.real +%s) + off))" "$@" ;;
esac
exec /usr/bin/date.real "$@"
D
  chmod 755 "$folder/date"
  [ -e "$root/usr/bin/date.real" ] || : >"$root/usr/bin/date.real"
  mount --bind /usr/bin/date "$root/usr/bin/date.real"
  mount --bind "$folder/date" "$root/usr/bin/date"
}

# In the host's own namespaces: puts its file system together and becomes its first process, sshd.
init() {
  folder=$1; port=$2; userland=$3; disk=$4; address=${5:-}
  root=$disk/root
  mount -t overlay overlay -o "lowerdir=/,upperdir=$disk/up,workdir=$disk/work" "$root"
  hostname "host-$port"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  for node in null zero full random urandom tty; do
    : >"$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
  done
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for name in tmp run root mnt; do mount -t tmpfs -o size=64m,mode=755 tmpfs "$root/$name"; done
  chmod 1777 "$root/tmp"
  chmod 700 "$root/root"
  mkdir "$root/run/sshd"
  [ -e "$disk/furnished" ] || furnish "$root" "$folder" "$port" "$userland" "${address:-127.0.0.1}"
  [ -e "$disk/furnished" ] || { : >"$disk/furnished"; [ -z "$address" ] || sync -f "$disk"; }
  [ -z "$address" ] || equip "$root" "$folder"
  cd "$root"
  mkdir -p .outside
  pivot_root . .outside
  umount -l /.outside
  cd /
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/sshd -D -e -f /etc/host/sshd_config
}

# When the kernel has given it up, it can only be read until the next boot: as most servers have it in fstab.
mount_disk() { mount -o loop,errors=remount-ro "$folder/image" "$disk"; }

run() {
  folder=$1; port=$2; userland=$3; megabytes=$4; address=${5:-}; disk=$1/disk
  mkdir -p "$disk"
  if [ -z "$address" ]; then mount -t tmpfs -o "size=${megabytes}m,mode=755" tmpfs "$disk"
  else
    truncate -s "${megabytes}M" "$folder/image"
    mkfs.ext4 -q -F -m 0 -N "$6" -E lazy_itable_init=0,lazy_journal_init=0 "$folder/image"
    mount_disk
    mkdir -m 755 "$folder/said"
    # sshd may be up before the cable is plugged in, which brings the address. Where this can't be set, the cable is mostly first.
    echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind || :
  fi
  mkdir "$disk/up" "$disk/work" "$disk/root"
  boot() {
    unshare --mount --pid --uts --ipc --fork --kill-child --propagation private \
      sh "$0" init "$folder" "$port" "$userland" "$disk" "$address" </dev/null >>"$folder/log" 2>&1 3>&- &
    outer=$!
    init=
    while [ -z "$init" ] && kill -0 "$outer" 2>/dev/null; do
      read -r init <"/proc/$outer/task/$outer/children" 2>/dev/null || init=${init:-}
    done
    echo "up ${init%% *}"
  }
  # Killing the host's first process ends every process of the host at once.
  down() {
    kill -9 "${init%% *}" 2>/dev/null || kill -9 "$outer" 2>/dev/null || :
    wait "$outer" 2>/dev/null || :
    echo down
  }
  # Everything ends, and then nothing more reaches the disk, not even the file system's journal (EXT4_IOC_SHUTDOWN).
  lose() {
    down >&2
    perl -e '$how = pack("L", 2); open(D, "<", $ARGV[0]) && ioctl(D, 0x8004587d, $how) or die $!' "$disk"
    until umount "$disk"; do sleep .05; done
    e2fsck -p "$folder/image" >>"$folder/log" 2>&1 || [ $? -lt 4 ]
    mount_disk
    echo down
  }
  boot
  while read -r order; do
    case $order in kill) down ;; lose) lose ;; boot) boot ;; esac
  done
  down
}

order=$1
shift
case $order in
  probe)
    probe
    [ -z "${1:-}" ] || probe_own
    ;;
  run)
    net=; [ -z "${5:-}" ] || net=--net
    # shellcheck disable=SC2086
    exec unshare --mount $net --propagation private sh "$0" supervise "$@"
    ;;
  supervise) run "$@" ;;
  init) init "$@" ;;
  *) echo "hosts.sh: unknown order $order" >&2; exit 64 ;;
esac
