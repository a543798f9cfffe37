// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: it reads, and decides.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/egress")
int touch(struct __sk_buff *skb)
{
	char *data = (void *)(long)skb->data;
	char *data_end = (void *)(long)skb->data_end;

	if (data + 1 > data_end)
		return 1;
	return data[0] == 0x45;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
