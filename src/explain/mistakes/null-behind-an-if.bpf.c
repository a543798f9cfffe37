// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 key = 1;
	__u64 *packets;

	packets = bpf_map_lookup_elem(&counts, &key); // from-call-null
	if (skb->len > 100)
		*packets += 1; // refused: V110
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
