// SPDX-License-Identifier: MIT
// A packet that is on its way through this machine.
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include "kernel.h"

/* RFC 1624: the checksum follows the TTL without being computed anew. */
static void ip_decrease_ttl(struct iphdr *iph)
{
	u32 check = iph->check;

	check += htons(0x0100);
	iph->check = check + (check >= 0xffff);
	iph->ttl--;
}

noinline int ip_forward(struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	if (iph->ttl <= 1) {
		kfree_skb_reason(skb, SKB_DROP_REASON_IP_INHDR);
		return NET_RX_DROP;
	}
	ip_decrease_ttl(iph);
	if (nf_hook(NF_INET_FORWARD, skb, skb->dev, NULL) != NF_ACCEPT)
		return NET_RX_DROP;
	return __forward(skb);
}
