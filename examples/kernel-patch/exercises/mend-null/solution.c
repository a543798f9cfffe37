// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Every arriving IPv4 packet passes here. Rules in a table; whoever has no rule may pass.
#include <linux/ip.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/module.h>
#include "kernel.h"

struct rule {
	__be32 address;
	u64 packets;
};

static struct rule rules[] = {
	{ .address = htonl(0x0a020201) }, /* 10.2.2.1 */
};

static noinline struct rule *find_rule(__be32 address)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].address == address)
			return &rules[i];
	return NULL;
}

static noinline bool is_unwanted(__be32 address)
{
	struct rule *rule = find_rule(address);

	if (!rule)
		return false;
	rule->packets++;
	return true;
}

/* Is it an IPv4 packet, whole and meant for us? NULL when not: then it is gone. */
static struct sk_buff *ip_rcv_core(struct sk_buff *skb)
{
	const struct iphdr *iph;
	u32 len;
	int reason = SKB_DROP_REASON_NOT_SPECIFIED;

	if (skb->pkt_type == PACKET_OTHERHOST) {
		reason = SKB_DROP_REASON_OTHERHOST;
		goto drop;
	}
	if (!pskb_may_pull(skb, sizeof(struct iphdr)))
		goto too_small;
	iph = ip_hdr(skb);

	/* RFC 1122: a host drops what is no version 4, or has a header that cannot be. */
	if (iph->ihl < 5 || iph->version != 4)
		goto inhdr_error;
	if (!pskb_may_pull(skb, iph->ihl * 4))
		goto too_small;
	if (ip_fast_csum(iph, iph->ihl)) {
		reason = SKB_DROP_REASON_IP_CSUM;
		goto drop;
	}
	len = ntohs(iph->tot_len);
	if (skb->len < len)
		goto too_small;
	if (len < iph->ihl * 4)
		goto inhdr_error;

	/* Ethernet pads short frames: what is behind the packet is not part of it. */
	if (pskb_trim_rcsum(skb, len))
		goto drop;

	/* We do not want to hear from some addresses, whatever they send. */
	if (is_unwanted(iph->saddr))
		goto drop;

	skb->transport_header = skb->network_header + iph->ihl * 4;
	return skb;

too_small:
	reason = SKB_DROP_REASON_PKT_TOO_SMALL;
	goto drop;
inhdr_error:
	reason = SKB_DROP_REASON_IP_INHDR;
drop:
	kfree_skb_reason(skb, reason);
	return NULL;
}

/* Called for every IPv4 packet that a device hands up. */
noinline int ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *type, struct net_device *orig_dev)
{
	skb = ip_rcv_core(skb);
	if (skb == NULL)
		return NET_RX_DROP;

	if (nf_hook(NF_INET_PRE_ROUTING, skb, dev, NULL) != NF_ACCEPT)
		return NET_RX_DROP;
	return ip_rcv_finish(skb);
}
