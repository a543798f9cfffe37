// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: it is saved whole.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int half(void)
{
	asm volatile("*(u64 *)(r10 - 8) = r1;");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
