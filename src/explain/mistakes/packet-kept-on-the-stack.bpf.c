// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int ttl(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data; // from-packet
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *volatile ip = data + ETH_HLEN; // computed, saved

	if (data + ETH_HLEN > data_end) // checked
		return XDP_PASS;
	return ip->ttl < 2 ? XDP_DROP : XDP_PASS; // from-stack; refused: V101
}

char LICENSE[] SEC("license") = "GPL";
