// SPDX-License-Identifier: MIT
// The end of a socket buffer, and cutting one to its packet's length.
#include <linux/module.h>
#include <linux/skbuff.h>
#include "kernel.h"

noinline void kfree_skb_reason(struct sk_buff *skb, int reason)
{
	if (--skb->users.refs.counter > 0)
		return;
	__free_skb(skb, reason);
}
EXPORT_SYMBOL(kfree_skb_reason);

/* Used up, not dropped: nobody counts it as lost. */
noinline void consume_skb(struct sk_buff *skb)
{
	kfree_skb_reason(skb, 1);
}
EXPORT_SYMBOL(consume_skb);

int pskb_trim_rcsum(struct sk_buff *skb, unsigned int size)
{
	if (size > skb->len)
		return -EINVAL;
	skb->tail -= skb->len - size;
	skb->len = size;
	return 0;
}
EXPORT_SYMBOL(pskb_trim_rcsum);
