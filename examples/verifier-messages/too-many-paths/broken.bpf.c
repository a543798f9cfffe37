// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: each of 24 rounds goes one way or the other, and the sum is compared at the end: the
// verifier has to walk 16 million paths.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int draw(struct xdp_md *ctx)
{
	__u32 sum = 0, round;

	for (round = 0; round < 24; round++)
		if (bpf_get_prandom_u32() & 1) // refused here
			sum += 1 << round;
	return sum == 12345 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
