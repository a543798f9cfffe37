// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: addresses are only cast for an arena, and this program has none.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 = addr_space_cast(r1, 0, 1) */
	asm volatile(".8byte 0x1000110bf;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
