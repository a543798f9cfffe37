// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the old packet load has no offset; a field that this instruction does not use must be 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket") __attribute__((naked))
int raw(void)
{
	asm volatile("r6 = r1;");
	/* r0 = the byte at 12 of the packet, source register 1 */
	asm volatile(".8byte 0xc00001030;"); // refused here
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
