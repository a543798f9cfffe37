// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the map in which the timer stands.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct slot {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slot);
} one SEC(".maps"), other SEC(".maps");

SEC("tc")
int start(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct slot *slot = bpf_map_lookup_elem(&one, &key);

	if (slot && bpf_map_lookup_elem(&other, &key))
		bpf_timer_init(&slot->timer, &one, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
