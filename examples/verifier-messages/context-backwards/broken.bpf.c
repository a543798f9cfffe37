// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: container_of() goes to what lies around the context; nothing of that is the program's.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct around {
	__u64 before;
	struct xdp_md ctx;
};

SEC("xdp")
int outside(struct xdp_md *ctx)
{
	struct around *around = (void *)ctx - __builtin_offsetof(struct around, ctx);

	asm volatile("" : "+r"(around));
	return around->before ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
