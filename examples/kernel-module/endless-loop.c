// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The same module, with rules in a table and one mistake: the search goes round and round, and ends at the address that it looks for, or
// never. The first packet from anybody else keeps the processor for good. Load it nowhere but in qemu (`make try`) or in the course's own machine.
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>

#define SLOTS 4

static __be32 rules[SLOTS] = {
	htonl(0x0a020201), /* 10.2.2.1 */
};

static noinline unsigned int find_rule(__be32 address)
{
	unsigned int slot = 0;

	while (READ_ONCE(rules[slot]) != address)
		slot = (slot + 1) % SLOTS;
	return slot;
}

static unsigned int drop_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	__be32 source = ip_hdr(skb)->saddr;

	return rules[find_rule(source)] == source ? NF_DROP : NF_ACCEPT;
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
MODULE_DESCRIPTION("The same, with a search that finds no end");
