// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a load of 64 bits has no offset; a field that this instruction does not use must be 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 = 2 ll, offset 1 */
	asm volatile(".8byte 0x200010018; .8byte 0x0;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
