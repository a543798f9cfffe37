// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} counted SEC(".maps");

SEC("cgroup_skb/ingress")
int count(struct __sk_buff *skb)
{
	__u64 *packets = bpf_get_local_storage(&counted, 0);

	*packets += 1;
	return 1;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
