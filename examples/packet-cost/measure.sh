#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What does it cost to drop a packet at different places of its way? Sends UDP between two network namespaces that this script makes and
# removes, also on failure, and prints nanoseconds of processor time a packet (sender and receiver together). Needs root, clang, bpftool.
# Usage: measure.sh [SECONDS a place]
set -u
cd "$(dirname "$0")" || exit 1
seconds=${1:-2}
a=packet-cost-a-$$ b=packet-cost-b-$$
work=$(mktemp -d)

cleanup() {
	ip netns del "$a" 2>/dev/null
	ip netns del "$b" 2>/dev/null
	rm -rf "$work" "/sys/fs/bpf/packet-cost-$$"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

set -e
clang=$(command -v clang-19 || command -v clang)
"$clang" -O2 -g -target bpf -D__x86_64__ -I"/usr/include/$(uname -m)-linux-gnu" -c drop.bpf.c -o "$work/drop.bpf.o"
${CC:-cc} -O2 -Wall -o "$work/flood" flood.c

ip netns add "$a"
ip netns add "$b"
ip -n "$a" link add va type veth peer name vb netns "$b"
ip -n "$a" addr add 10.2.2.1/24 dev va
ip -n "$b" addr add 10.2.2.2/24 dev vb
for n in "$a" "$b"; do ip -n "$n" link set lo up; done
ip -n "$a" link set va up
ip -n "$b" link set vb up
# the neighbour is known for good: a program that drops everything drops ARP, too
ip -n "$a" neigh replace 10.2.2.2 lladdr "$(ip -n "$b" -o link show vb | sed 's/.*ether \([0-9a-f:]*\).*/\1/')" dev va

flood() { ip netns exec "$a" "$work/flood" 10.2.2.2 "$1" "$seconds"; }
row() { printf '%-34s %8s ns a packet\n' "$1" "$2"; }

printf 'Linux %s, %s\n' "$(uname -r)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
ip -n "$b" link set dev vb xdpgeneric obj "$work/drop.bpf.o" sec xdp
row 'XDP, generic' "$(flood 9)"
ip -n "$b" link set dev vb xdpgeneric off
ip -n "$b" link set dev vb xdpdrv obj "$work/drop.bpf.o" sec xdp
row 'XDP, in the driver (veth)' "$(flood 9)"
ip -n "$b" link set dev vb xdpdrv off
tc -n "$b" qdisc add dev vb clsact
tc -n "$b" filter add dev vb ingress bpf da obj "$work/drop.bpf.o" sec tc
row 'tc, ingress' "$(flood 9)"
tc -n "$b" qdisc del dev vb clsact
if command -v iptables >/dev/null 2>&1 && ip netns exec "$b" iptables -t raw -A PREROUTING -p udp --dport 9 -j DROP 2>/dev/null; then
	row 'iptables, raw table' "$(flood 9)"
	ip netns exec "$b" iptables -t raw -F
else
	echo 'iptables is not there: its raw table is left out'
fi
row 'nowhere: no socket at the port' "$(flood 9)"

# The program alone, without a packet's way around it: the kernel's own test run.
bpftool=$(command -v bpftool || true)
if [ -n "$bpftool" ] && grep -qs ' /sys/fs/bpf bpf ' /proc/mounts; then
	pin=/sys/fs/bpf/packet-cost-$$
	head -c 64 /dev/zero > "$work/packet"
	"$bpftool" prog loadall "$work/drop.bpf.o" "$pin" 2>/dev/null
	for program in xdp_drop_all tc_drop_all; do
		row "$program alone" "$("$bpftool" prog run pinned "$pin/$program" data_in "$work/packet" data_out /dev/null repeat 1000000 | sed -n 's/.*duration (average): \([0-9]*\)ns.*/\1/p')"
	done
	rm -rf "$pin"
fi
