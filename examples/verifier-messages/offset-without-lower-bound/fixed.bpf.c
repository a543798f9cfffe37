// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: it is cut to what a packet can be long.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("xdp")
int at_offset(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *data_end = (void *)(long)ctx->data_end;
	__u32 key = 0;
	__u64 *offset = bpf_map_lookup_elem(&counters, &key);

	if (!offset)
		return XDP_PASS;
	data += *offset & 0x7ff;
	if (data + 1 > data_end)
		return XDP_PASS;
	return *data ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
