// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: an RCU section begins inside another.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("xdp")
int section(struct xdp_md *ctx)
{
	__u32 rare = bpf_get_prandom_u32() == 7;

	bpf_rcu_read_lock();
	bpf_rcu_read_lock(); // refused here
	bpf_rcu_read_unlock();
	bpf_rcu_read_unlock();
	return rare ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
