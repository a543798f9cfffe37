// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The module's mistake, in eBPF: memory is given back and used once more. A program gets memory of its own as an entry of a ring buffer.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct rule {
	__be32 address;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} memory SEC(".maps");

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

	rule = bpf_ringbuf_reserve(&memory, sizeof(*rule), 0);
	if (!rule)
		return XDP_PASS;
	rule->address = bpf_htonl(0x0a020201); /* 10.2.2.1 */
	bpf_ringbuf_discard(rule, 0);
	return rule->address == ip->saddr ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
