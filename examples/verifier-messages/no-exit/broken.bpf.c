// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the last instruction is neither exit nor a jump.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int answer(void)
{
	asm volatile("r0 = 2;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
