// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: no path leads behind the exit.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int answer(void)
{
	asm volatile("r0 = 2; exit;");
	asm volatile("r0 = 1; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
