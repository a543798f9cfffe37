// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: arithmetic instead of a branch: one path, whatever the numbers are.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int draw(struct xdp_md *ctx)
{
	__u32 sum = 0, round;

	for (round = 0; round < 24; round++)
		sum += (bpf_get_prandom_u32() & 1) << round;
	return sum == 12345 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
