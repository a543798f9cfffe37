// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a function that makes a tail call must return an int: the program that is jumped to
// answers in its place.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} programs SEC(".maps");

static __noinline void go_on(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &programs, 0);
}

SEC("xdp")
int start(struct xdp_md *ctx)
{
	go_on(ctx);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
