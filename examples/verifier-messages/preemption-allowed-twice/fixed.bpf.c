// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: in pairs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;

SEC("xdp")
int section(struct xdp_md *ctx)
{
	__u32 rare = bpf_get_prandom_u32() == 7;

	bpf_preempt_disable();
	bpf_preempt_enable();
	return rare ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
