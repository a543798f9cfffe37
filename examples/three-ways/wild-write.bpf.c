// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The module's mistake, in eBPF: the last byte of an address goes up to 255, the counters are three.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct filter {
	__u64 packets[3];
	__be32 unwanted;
};

static struct filter filter = { .unwanted = bpf_htonl(0x0a020201) }; /* 10.2.2.1 */

static __always_inline void count_packet(__u64 *packets, __be32 address)
{
	packets[bpf_ntohl(address) & 255]++;
}

SEC("xdp")
int drop_packet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	count_packet(filter.packets, ip->saddr);
	return ip->saddr == filter.unwanted ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
