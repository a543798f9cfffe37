// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Every arriving IPv4 packet passes here. One sender is not wanted.
#include <linux/ip.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/module.h>
#include <linux/net.h>
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

	/* We do not want to hear from this address, whatever it sends. */
	if (iph->saddr == htonl(0x0a020203)) {
		net_info_ratelimited("%s: dropped a packet from %pI4\n",
				     __func__, &iph->saddr);
		goto drop;
	}

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
