// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The same module, with counters and one mistake: the last byte of an address goes up to 255, the counters are three. A packet from
// 10.2.2.3 counts in the fourth place, and there stands the rule. No oops, no line in the log: from then on the wrong ones come through.
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>

struct filter {
	u64 packets[3];
	__be32 unwanted;
};

static struct filter filter = { .unwanted = htonl(0x0a020201) }; /* 10.2.2.1 */

static noinline void count_packet(u64 *packets, __be32 address)
{
	packets[ntohl(address) & 255]++;
}

static unsigned int drop_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	__be32 source = ip_hdr(skb)->saddr;

	count_packet(filter.packets, source);
	return source == filter.unwanted ? NF_DROP : NF_ACCEPT;
}

static const struct nf_hook_ops hook = {
	.hook = drop_packet,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = NF_IP_PRI_FIRST,
};

/* Called for each network namespace that there is, and for each one that comes later. */
static int __net_init drop_net_init(struct net *net)
{
	return nf_register_net_hook(net, &hook);
}

static void __net_exit drop_net_exit(struct net *net)
{
	nf_unregister_net_hook(net, &hook);
}

static struct pernet_operations drop_net = {
	.init = drop_net_init,
	.exit = drop_net_exit,
};

static int __init drop_init(void)
{
	return register_pernet_subsys(&drop_net);
}

static void __exit drop_exit(void)
{
	unregister_pernet_subsys(&drop_net);
}

module_init(drop_init);
module_exit(drop_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("The same, with a counter that is none");
