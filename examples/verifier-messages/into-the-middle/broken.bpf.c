// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a 64-bit load takes two slots, and the jump goes to the second.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* one slot too short */
	asm volatile("if r0 == 0 goto +1; r1 = 5 ll;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
