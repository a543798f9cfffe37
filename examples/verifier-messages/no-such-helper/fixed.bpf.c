// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the number of one that there is, by its name.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int ask(struct xdp_md *ctx)
{
	return bpf_ktime_get_ns() ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
