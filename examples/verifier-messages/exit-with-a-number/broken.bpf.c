// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: exit has no number in it: the answer stands in r0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* exit, imm 2 */
	asm volatile(".8byte 0x200000095;"); // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
