// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the jump goes behind the end of the program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int answer(void)
{
	asm volatile("r0 = 2;");
	asm volatile("goto +100;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
