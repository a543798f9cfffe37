// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: atomic operations work on memory that programs share, not on a packet.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int age(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;
	__sync_fetch_and_add(&ip->daddr, 1); // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
