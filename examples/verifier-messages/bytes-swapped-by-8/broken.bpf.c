// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: bytes are swapped in 16, 32 or 64 bits, not in 8.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 = le8 r0 */
	asm volatile(".8byte 0x8000000d4;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
