// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a ring buffer has no keys, so there is nothing to look up.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int report(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *event = bpf_map_lookup_elem(&events, &key); // refused here

	if (event)
		*event = bpf_ktime_get_ns();
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
