// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: each of 9000 rounds leaves a branch open that is to be walked later; 8192 may wait.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int rounds(void)
{
	asm volatile("r6 = 0;");
	asm volatile("1: call 7; if r0 == 0 goto 2f; r6 += 1; if r6 != 9000 goto 1b; 2: r0 = 2; exit;"); // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
