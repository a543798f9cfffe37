// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The same module, with counters that every user of the machine may read and set, and one mistake: nobody asks whether there is a counter
// of that number. With a number far enough away a user reads and writes all of the kernel's memory: attack.c becomes root with it.
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>
#include <linux/list.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

enum { DROPPED, PASSED };

/* what a user asks by ioctl() on /proc/drop_counters, and gets back */
struct request {
	long number;
	u64 value;
};
#define GET_COUNTER 0xd001
#define SET_COUNTER 0xd002

static struct {
	u64 counters[4];
	struct list_head readers; /* an empty list: its two pointers lead to itself */
	struct task_struct *last;
	char *key;
} filter = { .readers = LIST_HEAD_INIT(filter.readers) };

static const char key[] = "the key of this machine";

static long control(struct file *file, unsigned int command, unsigned long argument)
{
	struct request request;

	if (copy_from_user(&request, (void __user *)argument, sizeof(request)))
		return -EFAULT;
	filter.last = current;
	if (command == GET_COUNTER)
		request.value = filter.counters[request.number];
	else if (command == SET_COUNTER)
		filter.counters[request.number] = request.value;
	else
		return -ENOTTY;
	return copy_to_user((void __user *)argument, &request, sizeof(request)) ? -EFAULT : 0;
}

static const struct proc_ops counters_file = {
	.proc_ioctl = control,
};

static unsigned int drop_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	bool unwanted = ip_hdr(skb)->saddr == htonl(0x0a020201); /* 10.2.2.1 */

	filter.counters[unwanted ? DROPPED : PASSED]++;
	return unwanted ? NF_DROP : NF_ACCEPT;
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
	filter.key = kmalloc(sizeof(key), GFP_KERNEL);
	if (!filter.key)
		return -ENOMEM;
	memcpy(filter.key, key, sizeof(key));
	if (!proc_create("drop_counters", 0666, NULL, &counters_file)) {
		kfree(filter.key);
		return -ENOMEM;
	}
	return register_pernet_subsys(&drop_net);
}

static void __exit drop_exit(void)
{
	unregister_pernet_subsys(&drop_net);
	remove_proc_entry("drop_counters", NULL);
	kfree(filter.key);
}

module_init(drop_init);
module_exit(drop_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("The same, with counters that anybody may ask for");
