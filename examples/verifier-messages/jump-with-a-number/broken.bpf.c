// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a comparison of two registers has no number in it; a field that this instruction does not
// use must be 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* if r0 == r1 goto +0, imm 5 */
	asm volatile(".8byte 0x50000101d;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
