// SPDX-License-Identifier: GPL-2.0 OR MIT
// One module, one bug a run: `insmod faults.ko which=null-read`. The logs beside this file are what Linux 6.1 said about each.
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/delay.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>

static char *which = "none";
module_param(which, charp, 0444);
MODULE_PARM_DESC(which, "the bug to run into");

struct thing {
	struct thing *next;
	int (*act)(struct thing *thing);
	unsigned long spare;
	unsigned long value;
};

static const unsigned long limits[4] = { 1, 2, 3, 4 };
static unsigned long numbers[4] = { 5, 6, 7, 8 };
static DEFINE_SPINLOCK(lock);

static noinline unsigned long value_of(struct thing *thing)
{
	return thing->value;
}

static noinline void set_value(struct thing *thing, unsigned long value)
{
	*(volatile unsigned long *)&thing->value = value;
}

static noinline int act_on(struct thing *thing)
{
	return thing->act(thing);
}

static noinline unsigned long average(unsigned long sum, unsigned long count)
{
	return sum / count;
}

static noinline unsigned long descend(unsigned long depth)
{
	volatile char frame[256];

	frame[depth & 255] = depth;
	return descend(depth + 1) + frame[depth & 127];
}

static noinline void spin_forever(volatile unsigned long *word)
{
	while (*word)
		;
}

static noinline void sleep_with_lock(void)
{
	spin_lock(&lock);
	msleep(10);
	spin_unlock(&lock);
}

static noinline struct thing *stale_thing(void)
{
	struct thing *thing = kmalloc(sizeof(*thing), GFP_KERNEL);

	if (!thing)
		return NULL;
	thing->next = NULL;
	kfree(thing);
	return thing;
}

/* No rule was ever made, and nobody asks. */
static unsigned int count_packet(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->saddr == htonl(0x0a020203))
		return value_of(priv) ? NF_ACCEPT : NF_DROP;
	return NF_ACCEPT;
}

static const struct nf_hook_ops ops = {
	.hook		= count_packet,
	.pf		= NFPROTO_IPV4,
	.hooknum	= NF_INET_PRE_ROUTING,
	.priority	= NF_IP_PRI_FIRST,
};

static int __net_init faults_net_init(struct net *net)
{
	return nf_register_net_hook(net, &ops);
}

static void __net_exit faults_net_exit(struct net *net)
{
	nf_unregister_net_hook(net, &ops);
}

static struct pernet_operations faults_net_ops = {
	.init = faults_net_init,
	.exit = faults_net_exit,
};

static bool hooked;

static int run(const char *name)
{
	struct thing thing = { .value = 1 };

	if (!strcmp(name, "null-read"))
		return value_of(NULL);
	if (!strcmp(name, "null-write"))
		set_value(NULL, 42);
	else if (!strcmp(name, "wild-read"))
		return value_of((struct thing *)0xffffc9dead000000);
	else if (!strcmp(name, "user-read"))
		return value_of((struct thing *)0x0000123456789000);
	else if (!strcmp(name, "non-canonical"))
		return value_of((struct thing *)0xdead000000000100);
	else if (!strcmp(name, "read-only"))
		set_value((struct thing *)limits, 42);
	else if (!strcmp(name, "null-call"))
		return act_on(&thing);
	else if (!strcmp(name, "data-call")) {
		thing.act = (void *)numbers;
		return act_on(&thing);
	} else if (!strcmp(name, "use-after-free"))
		return value_of(stale_thing()->next);
	else if (!strcmp(name, "divide"))
		return average(10, numbers[0] - 5);
	else if (!strcmp(name, "stack"))
		return descend(0);
	else if (!strcmp(name, "loop"))
		spin_forever(&numbers[1]);
	else if (!strcmp(name, "bug"))
		BUG();
	else if (!strcmp(name, "warn"))
		WARN_ON(numbers[0] == 5);
	else if (!strcmp(name, "sleep"))
		sleep_with_lock();
	else if (!strcmp(name, "hook")) {
		hooked = true;
		return register_pernet_subsys(&faults_net_ops);
	}
	return 0;
}

static int __init faults_init(void)
{
	pr_info("faults: %s\n", which);
	return run(which);
}

static void __exit faults_exit(void)
{
	if (hooked)
		unregister_pernet_subsys(&faults_net_ops);
	pr_info("faults: gone\n");
}

module_init(faults_init);
module_exit(faults_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Every bug that the oops tests need");
