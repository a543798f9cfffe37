// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: each step is just allowed, both together are not.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int far(void)
{
	asm volatile("r2 = r10;");
	asm volatile("r2 += 0x1fffffff;");
	asm volatile("r2 += 0x1fffffff;"); // refused here
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
