// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the kinds of 64-bit loads have the numbers 0 to 6.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* kind 7 */
	asm volatile(".8byte 0x200007018; .8byte 0x0;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
