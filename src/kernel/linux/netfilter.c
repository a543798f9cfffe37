// SPDX-License-Identifier: MIT
// Netfilter's hooks: who wants to see packets at which point, in which order, and what they say.
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <linux/list.h>
#include <net/net_namespace.h>
#include "kernel.h"

struct net init_net;
EXPORT_SYMBOL(init_net);

/* As in include/linux/netfilter.h's outline: an array of (function, its argument), made anew at every change. */
struct nf_hook_entry {
	nf_hookfn *hook;
	void *priv;
};

struct nf_hook_entries {
	unsigned int num_hook_entries;
	const struct nf_hook_ops **ops;
	struct nf_hook_entry hooks[];
};

struct nf_hook_entries *nf_hooks_ipv4[NF_INET_NUMHOOKS];

static struct nf_hook_entries *allocate_entries(unsigned int count)
{
	struct nf_hook_entries *entries;

	entries = kzalloc(sizeof(*entries) + count * (sizeof(struct nf_hook_entry) + sizeof(void *)), GFP_KERNEL);
	if (!entries)
		return NULL;
	entries->num_hook_entries = count;
	entries->ops = (const struct nf_hook_ops **)&entries->hooks[count];
	return entries;
}

static void place(struct nf_hook_entries *entries, unsigned int at, const struct nf_hook_ops *ops)
{
	entries->hooks[at].hook = ops->hook;
	entries->hooks[at].priv = ops->priv;
	entries->ops[at] = ops;
}

noinline int nf_register_net_hook(struct net *net, const struct nf_hook_ops *ops)
{
	struct nf_hook_entries *old, *entries;
	unsigned int i, to = 0;
	bool placed = false;

	if (ops->pf != NFPROTO_IPV4 && ops->pf != NFPROTO_INET)
		return -EOPNOTSUPP;
	if (ops->hooknum >= NF_INET_NUMHOOKS)
		return -EINVAL;
	old = nf_hooks_ipv4[ops->hooknum];
	entries = allocate_entries((old ? old->num_hook_entries : 0) + 1);
	if (!entries)
		return -ENOMEM;
	for (i = 0; old && i < old->num_hook_entries; i++) {
		if (!placed && ops->priority < old->ops[i]->priority) {
			place(entries, to++, ops);
			placed = true;
		}
		entries->hooks[to] = old->hooks[i];
		entries->ops[to++] = old->ops[i];
	}
	if (!placed)
		place(entries, to, ops);
	nf_hooks_ipv4[ops->hooknum] = entries;
	__hook_changed(ops->hooknum, entries->num_hook_entries);
	kfree(old);
	return 0;
}
EXPORT_SYMBOL(nf_register_net_hook);

noinline void nf_unregister_net_hook(struct net *net, const struct nf_hook_ops *ops)
{
	struct nf_hook_entries *old, *entries = NULL;
	unsigned int i, to = 0, left = 0;

	if (ops->hooknum >= NF_INET_NUMHOOKS)
		return;
	old = nf_hooks_ipv4[ops->hooknum];
	for (i = 0; old && i < old->num_hook_entries; i++)
		left += old->ops[i] != ops;
	if (!old || left == old->num_hook_entries) {
		WARN(1, "hook not found, pf %d num %d", ops->pf, ops->hooknum);
		return;
	}
	if (left > 0) {
		entries = allocate_entries(left);
		if (!entries)
			return;
		for (i = 0; i < old->num_hook_entries; i++) {
			if (old->ops[i] == ops)
				continue;
			entries->hooks[to] = old->hooks[i];
			entries->ops[to++] = old->ops[i];
		}
	}
	nf_hooks_ipv4[ops->hooknum] = entries;
	__hook_changed(ops->hooknum, left);
	kfree(old);
}
EXPORT_SYMBOL(nf_unregister_net_hook);

int nf_register_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		int error = nf_register_net_hook(net, &ops[i]);

		if (error) {
			while (i > 0)
				nf_unregister_net_hook(net, &ops[--i]);
			return error;
		}
	}
	return 0;
}
EXPORT_SYMBOL(nf_register_net_hooks);

void nf_unregister_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int count)
{
	while (count > 0)
		nf_unregister_net_hook(net, &ops[--count]);
}
EXPORT_SYMBOL(nf_unregister_net_hooks);

/* Asks one function after the other; the first that does not accept decides. */
noinline int nf_hook_slow(struct sk_buff *skb, struct nf_hook_state *state, const struct nf_hook_entries *entries)
{
	unsigned int i;

	for (i = 0; i < entries->num_hook_entries; i++) {
		unsigned int verdict = entries->hooks[i].hook(entries->hooks[i].priv, skb, state);

		switch (verdict & 0xff) {
		case NF_ACCEPT:
			break;
		case NF_DROP:
			kfree_skb_reason(skb, SKB_DROP_REASON_NETFILTER_DROP);
			return NF_DROP;
		case NF_REPEAT:
			i--;
			break;
		default:
			/* stolen or queued: it belongs to somebody else now */
			return NF_STOLEN;
		}
	}
	return NF_ACCEPT;
}

static __always_inline int ask(int hook, struct sk_buff *skb, struct net_device *in, struct net_device *out)
{
	struct nf_hook_entries *entries = nf_hooks_ipv4[hook];
	struct nf_hook_state state = { .hook = hook, .pf = NFPROTO_IPV4, .in = in, .out = out, .net = &init_net };

	if (!entries)
		return NF_ACCEPT;
	return nf_hook_slow(skb, &state, entries);
}

int nf_hook(int hook, struct sk_buff *skb, struct net_device *in, struct net_device *out)
{
	return ask(hook, skb, in, out);
}

/* For the packet path outside of C: the packet stays its caller's, whatever the hooks say. */
noinline int nf_hook_ipv4(int hook, struct sk_buff *skb, struct net_device *in, struct net_device *out)
{
	int verdict;

	skb->users.refs.counter++;
	verdict = ask(hook, skb, in, out);
	if (verdict != NF_DROP)
		skb->users.refs.counter--;
	return verdict;
}

/* One namespace, so every subsystem is initialised once, at once. */
noinline int register_pernet_subsys(struct pernet_operations *ops)
{
	return ops->init ? ops->init(&init_net) : 0;
}
EXPORT_SYMBOL_GPL(register_pernet_subsys);

noinline void unregister_pernet_subsys(struct pernet_operations *ops)
{
	if (ops->exit)
		ops->exit(&init_net);
}
EXPORT_SYMBOL_GPL(unregister_pernet_subsys);
