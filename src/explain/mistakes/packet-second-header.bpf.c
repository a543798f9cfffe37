// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int only_udp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data; // from-packet
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip;

	if ((void *)(eth + 1) > data_end) // checked
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip = (void *)(eth + 1);
	return ip->protocol == IPPROTO_UDP ? XDP_PASS : XDP_DROP; // refused: V101
}

char LICENSE[] SEC("license") = "GPL";
