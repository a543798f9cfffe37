// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int only_ip(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data; // from-packet
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;

	if (data + sizeof(eth) > data_end) // checked
		return 0;
	return eth->h_proto == bpf_htons(ETH_P_IP) ? 0 : 2; // refused: V101
}

char LICENSE[] SEC("license") = "GPL";
