// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the instruction without it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	asm volatile(".8byte 0xe5;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
