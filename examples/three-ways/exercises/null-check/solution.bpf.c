// SPDX-License-Identifier: GPL-2.0-only OR MIT
// find_rule() answers NULL when there is no rule for an address, and that is asked first.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct rule {
	__be32 address;
	__u64 packets;
};

static struct rule rules[] = {
	{ .address = bpf_htonl(0x0a020201) }, /* 10.2.2.1 */
};

static __noinline struct rule *find_rule(__be32 address)
{
	int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].address == address)
			return &rules[i];
	return NULL;
}

SEC("xdp")
int drop_packet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct rule *rule;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	rule = find_rule(ip->saddr);
	if (!rule)
		return XDP_PASS;
	rule->packets++;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
