// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a jump in the class JMP takes its distance from the offset; a field that this instruction
// does not use must be 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* goto +0, imm 1 */
	asm volatile(".8byte 0x100000005;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
