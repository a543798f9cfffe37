// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: each path reads for itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int either(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0; r2 = *(u32 *)(r1 + 16);");
	asm volatile("if r2 == 0 goto +2; r3 = *(u32 *)(r10 - 8); goto +1;");
	asm volatile("r3 = *(u32 *)(r1 + 0);");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
