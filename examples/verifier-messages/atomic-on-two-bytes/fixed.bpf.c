// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: 8 bytes.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2; *(u64 *)(r10 - 8) = 0;");
	asm volatile(".8byte 0xfff80adb;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
