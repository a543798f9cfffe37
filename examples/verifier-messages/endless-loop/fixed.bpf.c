// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: it counts, and ends after a known number of rounds.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int wait(struct xdp_md *ctx)
{
	int round;

	for (round = 0; round < 100; round++)
		asm volatile("");
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
