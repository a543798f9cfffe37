// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: there are the address spaces 0 and 1.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 = addr_space_cast(r1, 0, 2) */
	asm volatile(".8byte 0x2000110bf;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
