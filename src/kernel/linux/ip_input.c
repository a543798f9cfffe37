// SPDX-License-Identifier: MIT
// The way of an arriving IPv4 packet: checks, the first hook, routing, then to a socket of this machine or on to another one.
// This is the file that chapter 2 patches.
#include <linux/ip.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/module.h>
#include "kernel.h"

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
		goto inhdr_error;
	iph = ip_hdr(skb);

	/* RFC 1122: a host drops what is no version 4, or has a header that cannot be. */
	if (iph->ihl < 5 || iph->version != 4)
		goto inhdr_error;
	if (!pskb_may_pull(skb, iph->ihl * 4))
		goto inhdr_error;
	if (ip_fast_csum(iph, iph->ihl)) {
		reason = SKB_DROP_REASON_IP_CSUM;
		goto drop;
	}
	len = ntohs(iph->tot_len);
	if (skb->len < len) {
		reason = SKB_DROP_REASON_PKT_TOO_SMALL;
		goto drop;
	}
	if (len < iph->ihl * 4)
		goto inhdr_error;

	/* Ethernet pads short frames: what is behind the packet is not part of it. */
	if (pskb_trim_rcsum(skb, len))
		goto drop;
	skb->transport_header = skb->network_header + iph->ihl * 4;
	return skb;

inhdr_error:
	reason = SKB_DROP_REASON_IP_INHDR;
drop:
	kfree_skb_reason(skb, reason);
	return NULL;
}

static noinline int ip_rcv_finish(struct sk_buff *skb)
{
	/* The route decides who goes on: 0 this machine, 1 another one. */
	int route = __route_input(skb);

	if (route < 0) {
		kfree_skb_reason(skb, -route);
		return NET_RX_DROP;
	}
	return route == 0 ? ip_local_deliver(skb) : ip_forward(skb);
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

static noinline int ip_local_deliver_finish(struct sk_buff *skb)
{
	int protocol = ip_hdr(skb)->protocol;

	__skb_pull(skb, ip_hdrlen(skb));
	return __deliver_local(skb, protocol);
}

noinline int ip_local_deliver(struct sk_buff *skb)
{
	if (nf_hook(NF_INET_LOCAL_IN, skb, skb->dev, NULL) != NF_ACCEPT)
		return NET_RX_DROP;
	return ip_local_deliver_finish(skb);
}
