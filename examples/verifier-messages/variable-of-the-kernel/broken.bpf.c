// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: type 1 of the kernel is an integer, not a variable whose address could be taken.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* the address of the variable with BTF id 1 */
	asm volatile(".8byte 0x100003018; .8byte 0x0;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
