// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a dynptr is read that was never made.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[64]);
} notes SEC(".maps");

SEC("xdp")
int look(struct xdp_md *ctx)
{
	struct bpf_dynptr bytes;
	__u32 key = 0;
	__u64 first = 0;
	void *note = bpf_map_lookup_elem(&notes, &key);

	if (!note)
		return XDP_ABORTED;
	bpf_dynptr_read(&first, sizeof(first), &bytes, 0, 0); // refused here
	return first ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
