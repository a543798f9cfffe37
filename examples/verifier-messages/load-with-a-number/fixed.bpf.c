// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the load without it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	asm volatile("r0 = *(u32 *)(r1 + 16);");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
