// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a socket filter may not use a map whose values hold a lock.
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

SEC("socket")
int count(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct account *account = bpf_map_lookup_elem(&accounts, &key);

	if (account) {
		bpf_spin_lock(&account->lock);
		account->packets++;
		bpf_spin_unlock(&account->lock);
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
