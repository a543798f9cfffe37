// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: steps that stay near what they point to.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int far(void)
{
	asm volatile("r2 = r10;");
	asm volatile("r2 += -16;");
	asm volatile("r2 += 8;");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
