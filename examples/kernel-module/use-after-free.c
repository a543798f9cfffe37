// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The same module, with rules that end: after three packets a rule gives its memory back, but nobody takes it out of the list. The next
// packet is compared with memory that is somebody else's by now. Load it nowhere but in qemu (`make try`) or in the course's own machine.
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>
#include <linux/slab.h>

struct rule {
	struct rule *next;
	__be32 address;
	u64 packets;
};

static struct rule *rules;

static noinline struct rule *find_rule(__be32 address)
{
	struct rule *rule;

	for (rule = rules; rule; rule = rule->next)
		if (rule->address == address)
			return rule;
	return NULL;
}

static unsigned int drop_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct rule *rule = find_rule(ip_hdr(skb)->saddr);

	if (!rule)
		return NF_ACCEPT;
	if (++rule->packets == 3)
		kfree(rule); /* and it still stands in the list */
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
	rules = kzalloc(sizeof(*rules), GFP_KERNEL);
	if (!rules)
		return -ENOMEM;
	rules->address = htonl(0x0a020201); /* 10.2.2.1 */
	return register_pernet_subsys(&drop_net);
}

static void __exit drop_exit(void)
{
	unregister_pernet_subsys(&drop_net);
}

module_init(drop_init);
module_exit(drop_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("The same, with memory that is used after it was given back");
