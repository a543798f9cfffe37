// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Rules in a table; whoever has no rule may pass.
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>

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

static unsigned int drop_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct rule *rule = find_rule(ip_hdr(skb)->saddr);

	if (!rule)
		return NF_ACCEPT;
	rule->packets++;
	return NF_DROP;
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
MODULE_DESCRIPTION("The same, with rules in a table");
