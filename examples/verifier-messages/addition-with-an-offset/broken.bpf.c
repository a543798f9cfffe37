// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: an addition has no offset; a field that this instruction does not use must be 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 += 1, offset 4 */
	asm volatile(".8byte 0x100040007;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
