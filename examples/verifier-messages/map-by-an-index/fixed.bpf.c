// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the loader puts the number in: the program names the map.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	asm volatile("r1 = 5 ll;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
