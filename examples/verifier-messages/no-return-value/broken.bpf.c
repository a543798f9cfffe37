// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the program ends without an answer in r0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int answer(void)
{
	asm volatile("exit;"); // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
