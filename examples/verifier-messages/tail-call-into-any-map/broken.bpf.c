// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: only the programs in a map of type PROG_ARRAY can be jumped to.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} programs SEC(".maps");

SEC("xdp")
int start(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &programs, 0); // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
