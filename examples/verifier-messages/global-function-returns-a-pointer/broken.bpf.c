// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a global function answers with an address.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__noinline __attribute__((naked)) int queue_of(struct xdp_md *ctx)
{
	asm volatile("r0 = r1;");
	asm volatile("exit;"); // refused here
}

SEC("xdp")
int by_queue(struct xdp_md *ctx)
{
	return queue_of(ctx) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
