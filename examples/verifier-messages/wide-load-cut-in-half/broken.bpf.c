// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the second half of a 64-bit load must be empty but for its number.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 = 2 ll, with a register in the second half */
	asm volatile(".8byte 0x200000018; .8byte 0x100;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
