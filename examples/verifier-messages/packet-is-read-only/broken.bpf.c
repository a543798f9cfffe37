// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a cgroup's program sees packets and lets them pass or not; it cannot change them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/egress")
int touch(struct __sk_buff *skb)
{
	char *data = (void *)(long)skb->data;
	char *data_end = (void *)(long)skb->data_end;

	if (data + 1 > data_end)
		return 1;
	data[0] = 0x45; // refused here
	return 1;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
