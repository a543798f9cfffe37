// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: on the way past the branch, nothing is ever put into r2.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int verdict(void)
{
	asm volatile("r1 = *(u32 *)(r1 + 16);");
	asm volatile("if r1 == 0 goto +1; r2 = 1;");
	asm volatile("r0 = r2; exit;"); // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
