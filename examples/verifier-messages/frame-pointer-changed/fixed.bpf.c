// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: a copy of r10 is moved.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int push(void)
{
	asm volatile("r2 = r10; r2 += -8;");
	asm volatile("*(u64 *)(r2 + 0) = r1;");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
