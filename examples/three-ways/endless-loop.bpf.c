// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The module's mistake, in eBPF: the search goes round and round, and ends at the address that it looks for, or never.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define SLOTS 4

static volatile __be32 rules[SLOTS] = {
	bpf_htonl(0x0a020201), /* 10.2.2.1 */
};

SEC("xdp")
int drop_packet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	unsigned int slot = 0;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	while (rules[slot] != ip->saddr)
		slot = (slot + 1) % SLOTS;
	return rules[slot] == ip->saddr ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
