// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a global function is verified on its own, so nobody knows that it is called under a lock.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct account {
	struct bpf_spin_lock lock;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct account);
} accounts SEC(".maps");

__noinline int weight(int length)
{
	return length > 1000 ? 2 : 1;
}

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 key = 0, length = skb->len;
	struct account *account = bpf_map_lookup_elem(&accounts, &key);

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	account->packets += weight(length); // refused here
	bpf_spin_unlock(&account->lock);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
