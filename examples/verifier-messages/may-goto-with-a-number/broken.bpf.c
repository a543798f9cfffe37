// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: may_goto has no number in it; a field that this instruction does not use must be 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* may_goto +0, imm 1 */
	asm volatile(".8byte 0x1000000e5;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
