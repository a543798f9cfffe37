// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: half of a pointer is read back from the stack.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int half(void)
{
	asm volatile("*(u64 *)(r10 - 8) = r1;");
	asm volatile("r2 = *(u32 *)(r10 - 8);"); // refused here
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
