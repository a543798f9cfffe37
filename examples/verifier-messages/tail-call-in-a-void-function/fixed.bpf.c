// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: int.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} programs SEC(".maps");

static __noinline int go_on(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &programs, 0);
	return XDP_PASS;
}

SEC("xdp")
int start(struct xdp_md *ctx)
{
	return go_on(ctx);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
