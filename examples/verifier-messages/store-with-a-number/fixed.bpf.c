// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the store without it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	asm volatile("*(u64 *)(r10 - 8) = r1;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
