// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Rules for whole networks: of those that fit, the longest prefix decides.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct network {
	__u32 bits; /* how many bits of the address count */
	__be32 address;
};

enum { LET_PASS, DROP };

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct network);
	__type(value, __u32);
} rules SEC(".maps");

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct network sender = { .bits = 32 };
	__u32 *rule;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	sender.address = ip->saddr;
	rule = bpf_map_lookup_elem(&rules, &sender);
	return rule && *rule == DROP ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
