// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: there is no atomic operation with this number.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2; *(u64 *)(r10 - 8) = 0;");
	/* operation 0x10 */
	asm volatile(".8byte 0x10fff80adb;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
