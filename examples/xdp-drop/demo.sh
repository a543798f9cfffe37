#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Shows the program at work between two network namespaces that this script makes and removes. Needs root.
set -u
a=meet-ebpf-a-$$ b=meet-ebpf-b-$$

cleanup() {
	[ -n "${loader:-}" ] && kill "$loader" 2>/dev/null && wait "$loader" 2>/dev/null
	ip netns del "$a" 2>/dev/null
	ip netns del "$b" 2>/dev/null
}
trap cleanup EXIT
trap 'exit 1' INT TERM

set -e
ip netns add "$a"
ip netns add "$b"
ip -n "$a" link add veth-a type veth peer name veth-b netns "$b"
ip -n "$a" addr add 10.2.2.1/24 dev veth-a
ip -n "$a" addr add 10.2.2.3/24 dev veth-a
ip -n "$b" addr add 10.2.2.2/24 dev veth-b
for n in "$a" "$b"; do ip -n "$n" link set lo up; done
ip -n "$a" link set veth-a up
ip -n "$b" link set veth-b up
set +e

ip netns exec "$b" "./${LOADER:-drop}" veth-b 30 &
loader=$!
sleep 1

refused=0 passed=0
ip netns exec "$a" ping -c 3 -i 0.2 -W 1 -I 10.2.2.1 10.2.2.2 && passed=1 || refused=1
ip netns exec "$a" ping -c 3 -i 0.2 -W 1 -I 10.2.2.3 10.2.2.2 && passed=1 || refused=2
sleep 1

if [ "$refused" = 1 ] && [ "$passed" = 1 ]; then
	echo "As it should be: 10.2.2.1 was dropped at the driver, 10.2.2.3 got through."
else
	echo "Not as it should be: see the two ping results above."
	exit 1
fi
