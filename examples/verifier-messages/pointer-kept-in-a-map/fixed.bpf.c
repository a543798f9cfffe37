// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: what was found is kept, not where it was.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} kept SEC(".maps");

SEC("xdp")
int first_byte(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 *data_end = (void *)(long)ctx->data_end;
	__u32 key = 0;
	__u64 *last = bpf_map_lookup_elem(&kept, &key);
	__u64 now;

	if (data + 1 > data_end)
		return XDP_PASS;
	now = data[0];
	if (last && *last == now)
		return XDP_DROP;
	bpf_map_update_elem(&kept, &key, &now, BPF_ANY);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
