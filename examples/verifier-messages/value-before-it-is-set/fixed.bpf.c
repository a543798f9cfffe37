// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: it has a value on every path.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int verdict(void)
{
	asm volatile("r1 = *(u32 *)(r1 + 16);");
	asm volatile("r2 = 2;");
	asm volatile("if r1 == 0 goto +1; r2 = 1;");
	asm volatile("r0 = r2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
