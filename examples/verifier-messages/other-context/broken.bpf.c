// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: an XDP program is given struct xdp_md; a __sk_buff does not exist yet.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int long_ones(struct __sk_buff *skb)
{
	return skb->napi_id > 1000 ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
