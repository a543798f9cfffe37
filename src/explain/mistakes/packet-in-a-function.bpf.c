// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: none
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __noinline int is_ip(void *data, void *data_end)
{
	struct ethhdr *eth = data;

	return eth->h_proto == bpf_htons(ETH_P_IP); // refused: V101
}

SEC("xdp")
int only_ip(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data; // from-packet
	void *data_end = (void *)(long)ctx->data_end;

	return is_ip(data, data_end) ? XDP_PASS : XDP_DROP; // copied, from-argument
}

char LICENSE[] SEC("license") = "GPL";
