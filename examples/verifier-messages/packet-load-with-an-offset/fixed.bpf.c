// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the load without it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket") __attribute__((naked))
int raw(void)
{
	asm volatile("r6 = r1;");
	asm volatile(".8byte 0xc00000030;");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
