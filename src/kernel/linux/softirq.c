// SPDX-License-Identifier: MIT
// From a device's interrupt to the protocol that wants its packet: interrupt, softirq, NAPI poll.
#include <linux/netdevice.h>
#include <linux/preempt.h>
#include "kernel.h"

noinline int __netif_receive_skb_one_core(struct sk_buff *skb)
{
	skb_reset_network_header(skb);
	/* Protocols register for EtherTypes; this kernel has one. */
	if (skb->protocol == htons(ETH_P_IP))
		return ip_rcv(skb, skb->dev, NULL, skb->dev);
	kfree_skb_reason(skb, SKB_DROP_REASON_UNHANDLED_PROTO);
	return NET_RX_DROP;
}

static noinline int process_backlog(struct sk_buff *skb)
{
	return __netif_receive_skb_one_core(skb) == NET_RX_SUCCESS;
}

static noinline int __napi_poll(struct sk_buff *skb)
{
	return process_backlog(skb);
}

static noinline int net_rx_action(struct sk_buff *skb)
{
	return __napi_poll(skb);
}

static noinline int handle_softirqs(struct sk_buff *skb)
{
	int work;

	preempt_count_add(SOFTIRQ_OFFSET);
	work = net_rx_action(skb);
	preempt_count_sub(SOFTIRQ_OFFSET);
	return work;
}

static noinline int irq_exit_rcu(struct sk_buff *skb)
{
	return handle_softirqs(skb);
}

/* The device's interrupt: short work, the packets wait for the softirq that follows it. */
noinline int common_interrupt(struct sk_buff *skb)
{
	int work;

	preempt_count_add(HARDIRQ_OFFSET);
	barrier();
	preempt_count_sub(HARDIRQ_OFFSET);
	work = irq_exit_rcu(skb);
	return work;
}
