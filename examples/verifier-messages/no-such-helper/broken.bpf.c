// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: no helper of Linux 6.18 has this number.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long (*const answer)(void) = (void *)1000;

SEC("xdp")
int ask(struct xdp_md *ctx)
{
	return answer() ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
