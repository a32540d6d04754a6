# A cable between this machine and one host of the tests (hosts.sh), in user space, as not every kernel can make bad ones:
#   perl wire.pl DEVICE OURS HOST_PID THEIRS        addresses in one /30; HOST_PID lives in the host's network
# File descriptor 3 is /dev/net/tun, opened in the host's network. Prints "up" when both ends have their addresses. Lines on
# stdin, each answered with "ok": "DELAY_MS LOSS_PERMILLE" of one way, "hole" (swallows everything). End of stdin: unplugged.
use strict;
use warnings;
use Fcntl;
use Time::HiRes qw(time);

my ($device, $ours, $pid, $theirs) = @ARGV;
my $TUNSETIFF = 0x400454ca;
my $TAP = 0x0002 | 0x1000;

sysopen(my $near, '/dev/net/tun', O_RDWR) or die "no /dev/net/tun: $!";
open(my $far, '+<&=', 3) or die "no descriptor 3: $!";
ioctl($near, $TUNSETIFF, pack('a16 S x22', $device, $TAP)) or die "cannot make $device: $!";
ioctl($far, $TUNSETIFF, pack('a16 S x22', 'eth0', $TAP)) or die "cannot make eth0: $!";
my @inside = ('nsenter', "--net=/proc/$pid/ns/net");
for my $command (
    ['ip', 'addr', 'add', "$ours/30", 'dev', $device], ['ip', 'link', 'set', $device, 'up'],
    [@inside, 'ip', 'link', 'set', 'lo', 'up'],
    [@inside, 'ip', 'addr', 'add', "$theirs/30", 'dev', 'eth0'], [@inside, 'ip', 'link', 'set', 'eth0', 'up'],
) {
    system(@$command) == 0 or die "failed: @$command";
}
fcntl($_, F_SETFL, O_NONBLOCK) for $near, $far;
$| = 1;
print "up\n";

my ($delay, $loss, $hole) = (0, 0, 0);
my %other = (fileno($near) => $far, fileno($far) => $near);
my @queue;
my $orders = '';
for (;;) {
    while (@queue && $queue[0][0] <= time) { my $packet = shift @queue; syswrite($packet->[1], $packet->[2]) }
    my $watched = '';
    vec($watched, fileno($_), 1) = 1 for \*STDIN, $near, $far;
    my $left = @queue ? $queue[0][0] - time : undef;
    $left = 0 if defined $left && $left < 0;
    next if select(my $ready = $watched, undef, undef, $left) <= 0;
    if (vec($ready, fileno(STDIN), 1)) {
        sysread(STDIN, $orders, 4096, length $orders) or exit 0;
        while ($orders =~ s/^(.*)\n//) {
            my $order = $1;
            if ($order eq 'hole') { $hole = 1; @queue = () }
            elsif ($order =~ /^(\d+) (\d+)$/) { ($delay, $loss, $hole) = ($1 / 1000, $2 / 1000, 0) }
            else { die "unknown order $order" }
            print "ok\n";
        }
    }
    for my $end ($near, $far) {
        next unless vec($ready, fileno($end), 1);
        for (1 .. 64) {
            sysread($end, my $packet, 65536) or last;
            next if $hole || ($loss > 0 && rand() < $loss);
            if ($delay > 0) { push @queue, [time + $delay, $other{fileno $end}, $packet] }
            else { syswrite($other{fileno $end}, $packet) }
        }
    }
}
