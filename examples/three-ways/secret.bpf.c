// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The module's mistake, in eBPF: somebody else says which counter they want to read, and nobody asks whether there is one of that number.
// Here they say it in a packet, and the program writes the answer into it.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

enum { DROPPED, PASSED };

struct request {
	__s64 number;
	__u64 value;
};

static __u64 counters[4];

SEC("xdp")
int drop_packet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct request *request;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->saddr == bpf_htonl(0x0a020201)) { /* 10.2.2.1 */
		counters[DROPPED]++;
		return XDP_DROP;
	}
	counters[PASSED]++;

	request = (void *)(ip + 1);
	if ((void *)(request + 1) > data_end)
		return XDP_PASS;
	request->value = counters[request->number];
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
