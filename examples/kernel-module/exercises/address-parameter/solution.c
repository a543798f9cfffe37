// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The address is a parameter: insmod drop.ko address=0x0a020203
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <linux/net.h>
#include <net/net_namespace.h>

static unsigned int address = 0x0a020201; /* 10.2.2.1 */
module_param(address, uint, 0444);
MODULE_PARM_DESC(address, "The address whose packets are dropped, as a number");

static unsigned int drop_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->saddr == htonl(address)) {
		net_info_ratelimited("drop: a packet from %pI4 on %s\n", &ip->saddr, state->in->name);
		return NF_DROP;
	}
	return NF_ACCEPT;
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
MODULE_DESCRIPTION("Drops every IPv4 packet from one address");
