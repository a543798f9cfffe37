// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: 64 bits, as long as it is a pointer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int narrow(void)
{
	asm volatile("r2 = *(u32 *)(r1 + 0);");
	asm volatile("r2 += 14;");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
